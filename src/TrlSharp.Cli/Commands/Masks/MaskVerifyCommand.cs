using System.CommandLine;
using TrlSharp.Inspection;
using TrlSharp.Rows;
using TrlSharp.Sequences.Policies;

namespace TrlSharp.Cli.Commands.Masks;

/// <summary><c>trlsharp mask verify</c>: every proof over a whole data set, or an audit recomputed; exit code 3 when a row is refused or differs.</summary>
internal static class MaskVerifyCommand
{
    private const int Shown = 5;

    public static Command Create(Terminal terminal)
    {
        var data = MaskOptions.DataArgument();
        var audit = new Option<string?>("--audit") { Description = "An audit (mask export --format audit) that is recomputed and compared; its policy is used unless --train is given." };
        var quarantine = MaskOptions.QuarantineOption();
        var every = new Option<int>("--witness_every", "--witness-every") { Description = "Every so many rows are rendered again with single characters changed.", DefaultValueFactory = _ => 1 };
        var command = new Command("verify", "Prove every row of a data set, sampled witnesses included; exit code 3 when one is refused.") { data, audit, quarantine, every };
        var options = new MaskOptions(command);
        command.SetAction(parsed =>
        {
            var known = parsed.GetValue(audit);
            if (known is not null && !File.Exists(known)) throw new ConfigException($"--audit: the file {known} does not exist.");
            var setup = options.Begin(terminal, parsed, known is not null && !options.HasPolicy(parsed) ? PolicyOf(known) : null, witnessEvery: Math.Max(0, parsed.GetValue(every)));
            var source = options.Open(parsed, parsed.GetValue(data)!);
            using var refused = parsed.GetValue(quarantine) is { } file ? new QuarantineFile(file) : null;
            using var recomputed = new StringWriter { NewLine = "\n" };
            var writer = known is null ? null : new MaskAudit(recomputed, setup.Header(source));
            var statistics = new MaskStatistics();
            foreach (var row in new MaskSurvey(setup.Builder, options.Reader(parsed)).Read(source, options.Threads(parsed)))
            {
                statistics.Add(row);
                writer?.Add(row);
                if (row.Fault is null) continue;
                refused?.Add(row.Row, row.FaultCode, row.Fault.Message);
                if (statistics.Refused.Sum(r => r.Count) + statistics.Unreadable <= Shown) terminal.Error.WriteLine($"refused: {row.Fault.Message}");
            }

            if (statistics.Rows == 0) throw new DataException($"{parsed.GetValue(data)} holds no rows.");
            writer?.Dispose();
            refused?.Complete();
            StatisticsReport.Print(terminal, statistics, setup);
            var failed = statistics.Refused.Count > 0 || statistics.Unreadable > 0;
            terminal.Line(failed ? "not every row is proved; see the refusals above" : "every row is proved");
            if (known is not null) failed |= Differs(terminal, known, recomputed.ToString());
            return failed ? ExitCode.Data : ExitCode.Done;
        });
        return command;
    }

    private static TrainPolicy PolicyOf(string audit)
    {
        using var reader = File.OpenText(audit);
        var line = reader.ReadLine() ?? "";
        const string Begin = "{\"header\":";
        if (!line.StartsWith(Begin, StringComparison.Ordinal) || !line.EndsWith(',')) throw new ConfigException($"--audit: {audit} is no mask audit.");
        return TrainPolicy.Parse(RowValue.Parse(line[Begin.Length..^1]).Find("policy") ?? throw new ConfigException($"--audit: {audit} names no policy."));
    }

    private static bool Differs(Terminal terminal, string audit, string recomputed)
    {
        using var first = File.OpenText(audit);
        using var second = new StringReader(recomputed);
        var differences = MaskAudit.Compare(first, second);
        foreach (var line in differences) terminal.Error.WriteLine($"audit: {line}");
        terminal.Line(differences.Count == 0 ? $"{audit} is reproduced byte for byte" : $"{audit} is not reproduced");
        return differences.Count > 0;
    }
}
