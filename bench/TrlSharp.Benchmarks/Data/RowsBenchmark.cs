using System.Diagnostics;
using System.Globalization;
using TrlSharp.Examples;
using TrlSharp.Rows;

namespace TrlSharp.Benchmarks.Data;

/// <summary>Reads a data set three times: rows and examples per second, MB of file per second, peak memory. The best of the three counts.</summary>
internal static class RowsBenchmark
{
    public static int Run(string[] arguments)
    {
        if (arguments.Length == 0)
        {
            Console.Error.WriteLine("usage: rows PATH…   any file, pattern or folder of data");
            return 2;
        }

        foreach (var location in arguments)
        {
            var reader = new ExampleReader(new() { TrainOnChosen = true, Ambiguity = Ambiguity.Trl });
            var (rowSeconds, rows) = Best(() => RowSources.Open(location).Read().LongCount());
            var (exampleSeconds, _) = Best(() => RowSources.Open(location).Read().Sum(r => (long)reader.Read(r).Examples.Count));
            var size = File.Exists(location) ? new FileInfo(location).Length / 1e6 : 0;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{location}: {rows} rows, {rows / rowSeconds:N0} rows/s, {rows / exampleSeconds:N0} examples/s, {size / rowSeconds:F0} MB of file/s, peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB"));
        }

        return 0;
    }

    private static (double Seconds, long Result) Best(Func<long> work)
    {
        var (best, result) = (double.MaxValue, 0L);
        for (var i = 0; i < 3; i++)
        {
            var watch = Stopwatch.StartNew();
            result = work();
            best = Math.Min(best, watch.Elapsed.TotalSeconds);
        }

        return (best, result);
    }
}
