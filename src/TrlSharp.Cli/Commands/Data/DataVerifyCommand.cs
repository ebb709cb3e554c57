using System.CommandLine;
using System.Globalization;
using TrlSharp.Cache;
using TrlSharp.Preparation;
using TrlSharp.Sft;
using TrlSharp.Sft.Options;

namespace TrlSharp.Cli.Commands.Data;

/// <summary><c>trlsharp data verify</c>: every row read, with a model also rendered and its masks proved; or every block of prepared data.</summary>
internal static class DataVerifyCommand
{
    private const int MostShown = 20;

    public static Command Create(Terminal terminal)
    {
        var all = new Option<bool>("--all") { Description = $"Show every refused row, not the first {MostShown}." };
        var command = new Command("verify", "Read every row and say which cannot be used and why; with --model_name_or_path also prove every mask. A file or folder of prepared data: check every block.") { all };
        var arguments = new DataArguments(command);
        command.SetAction((parsed, stop) => Task.FromResult(Run(terminal, arguments.Read(parsed), parsed.GetValue(all) ? int.MaxValue : MostShown, stop)));
        return command;
    }

    private static int Run(Terminal terminal, SftSettings settings, int shown, CancellationToken stop)
    {
        if (PreparedFiles(settings.Data.Path) is { Count: > 0 } prepared) return VerifyPrepared(terminal, prepared);
        if (settings.Model.Path is null)
        {
            var surveys = SftData.Sources(settings).Select(s => DataSurvey.Of(s, stop)).ToList();
            return Report(terminal, surveys.Sum(s => s.Rows), [.. surveys.SelectMany(s => s.Refused)], shown);
        }

        using var data = SftData.Prepare(settings with { Data = settings.Data with { KeepGoing = true, MostDropped = 1 } }, new PreparationMeter(terminal), stop);
        DataReport.Print(terminal, data.Account);
        return Report(terminal, data.Account.Rows + (data.EvaluationAccount?.Rows ?? 0), [.. data.Refused], shown);
    }

    private static int Report(Terminal terminal, long rows, IReadOnlyList<RefusedRow> refused, int shown)
    {
        foreach (var row in refused.Take(shown)) terminal.Line($"refused  {row.Message}");
        if (refused.Count > shown) terminal.Line(Text($"… and {refused.Count - shown:N0} more (--all shows them)"));
        terminal.Line(Text($"{rows:N0} rows, {refused.Count:N0} refused"));
        return refused.Count == 0 ? ExitCode.Done : ExitCode.Data;
    }

    private static List<string> PreparedFiles(string? path)
    {
        if (path is null) return [];
        if (File.Exists(path)) return path.EndsWith(PreparationCache.Extension, StringComparison.Ordinal) ? [path] : [];
        return Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "*" + PreparationCache.Extension).Order(StringComparer.Ordinal)] : [];
    }

    private static int VerifyPrepared(Terminal terminal, List<string> files)
    {
        var damaged = 0;
        foreach (var file in files)
        {
            try
            {
                using var data = PreparedData.Open(file) ?? throw new DataException($"{file}: the prepared data are damaged or of another version. They have been deleted; the next run prepares them anew.");
                data.Verify();
                terminal.Line(Text($"sound    {file}: {data.Count:N0} sequences, {data.Tokens:N0} tokens"));
            }
            catch (DataException e)
            {
                damaged++;
                terminal.Line($"damaged  {e.Message}");
            }
        }

        return damaged == 0 ? ExitCode.Done : ExitCode.Data;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
