using System.CommandLine;
using TrlSharp.Inspection;
using TrlSharp.Rows;

namespace TrlSharp.Cli.Commands.Masks;

/// <summary><c>trlsharp mask stats</c>: tokens and weights per role and channel, stops, reasons, and the rows to look at first.</summary>
internal static class MaskStatsCommand
{
    public static Command Create(Terminal terminal)
    {
        var data = MaskOptions.DataArgument();
        var quarantine = MaskOptions.QuarantineOption();
        var command = new Command("stats", "Count what is trained in a data set, by role and channel, and what TRL would have trained.") { data, quarantine };
        var options = new MaskOptions(command);
        command.SetAction(parsed =>
        {
            var setup = options.Begin(terminal, parsed);
            var statistics = new MaskStatistics();
            var trl = new TrlTotals(setup.Builder);
            using var refused = parsed.GetValue(quarantine) is { } file ? new QuarantineFile(file) : null;
            foreach (var row in new MaskSurvey(setup.Builder, options.Reader(parsed)).Read(options.Open(parsed, parsed.GetValue(data)!), options.Threads(parsed)))
            {
                statistics.Add(row);
                trl.Add(row);
                if (row.Fault is not null) refused?.Add(row.Row, row.FaultCode, row.Fault.Message);
            }

            if (statistics.Rows == 0) throw new DataException($"{parsed.GetValue(data)} holds no rows.");
            refused?.Complete();
            StatisticsReport.Print(terminal, statistics, setup);
            foreach (var line in trl.Lines("all")) terminal.Line(line);
            return ExitCode.Done;
        });
        return command;
    }
}
