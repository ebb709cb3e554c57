using System.Globalization;

namespace TrlSharp.Cli.Demo;

/// <summary>The demo without its surroundings: the start, the chats, three trainings, the report.</summary>
internal static class DemoTrainings
{
    /// <summary>Writes everything below a folder and tells about every training as it ends.</summary>
    /// <exception cref="ConfigException">The folder holds files of something else.</exception>
    public static IReadOnlyList<DemoRun.Outcome> Execute(string folder, DemoSize size, ulong seed, Action<DemoRun.Outcome, TimeSpan> told, CancellationToken stop)
    {
        var clock = TimeProvider.System;
        var data = WriteStart(folder, size, seed);
        var outcomes = new List<DemoRun.Outcome>();
        foreach (var run in DemoRun.All)
        {
            var before = clock.GetTimestamp();
            var outcome = run.Train(Path.Combine(folder, "start"), data, Path.Combine(folder, run.Folder), size, stop);
            outcomes.Add(outcome);
            told(outcome, clock.GetElapsedTime(before));
        }

        File.WriteAllText(Report(folder), DemoReport.Write(outcomes));
        return outcomes;
    }

    public static string Report(string folder) => Path.Combine(folder, "report.html");

    /// <summary>Mean and standard deviation of a share over several seeds, in percent.</summary>
    public static string Spread(IReadOnlyList<double> shares)
    {
        var mean = shares.Average();
        var deviation = shares.Count > 1 ? Math.Sqrt(shares.Sum(s => (s - mean) * (s - mean)) / (shares.Count - 1)) : 0;
        return string.Create(CultureInfo.InvariantCulture, $"{100 * mean:F1} ± {100 * deviation:F1} %");
    }

    private static string WriteStart(string folder, DemoSize size, ulong seed)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any() && !Directory.Exists(Path.Combine(folder, "start")))
            throw new ConfigException($"--output_dir: {folder} holds files that are not of an earlier demo. Choose another folder.");
        DemoModel.Write(Path.Combine(folder, "start"), seed, size.Largest);
        var data = Path.Combine(folder, "chats.jsonl");
        File.WriteAllLines(data, MiniNectar.Chats(size.Chats, seed, size.Largest).Select(c => c.ToString()));
        return data;
    }
}
