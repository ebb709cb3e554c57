using System.CommandLine;
using System.Globalization;
using TrlSharp.Preparation;
using TrlSharp.Sft;
using TrlSharp.Sft.Options;

namespace TrlSharp.Cli.Commands.Data;

/// <summary><c>trlsharp data stats</c>: formats, roles and lengths of a data set; with a model also tokens, trained shares and what is dropped, and why.</summary>
internal static class DataStatsCommand
{
    public static Command Create(Terminal terminal)
    {
        var html = new Option<string?>("--html") { Description = "Write the same as one HTML file." };
        var command = new Command("stats", "Count rows, formats, roles and lengths; with --model_name_or_path also tokens, trained shares, and what is dropped and why.") { html };
        var arguments = new DataArguments(command);
        command.SetAction((parsed, stop) => Task.FromResult(Run(terminal, arguments.Read(parsed), parsed.GetValue(html), stop)));
        return command;
    }

    private static int Run(Terminal terminal, SftSettings settings, string? html, CancellationToken stop)
    {
        var page = new DataPage(terminal);
        if (settings.Model.Path is null)
        {
            foreach (var source in SftData.Sources(settings)) Show(page, DataSurvey.Of(source, stop));
        }
        else
        {
            using var data = SftData.Prepare(settings with { Data = settings.Data with { KeepGoing = true, MostDropped = settings.Data.MostDropped ?? 1 } }, new PreparationMeter(terminal), stop);
            Show(page, data);
        }

        if (html is not null) page.Save(html);
        return ExitCode.Done;
    }

    private static void Show(DataPage page, DataSurvey survey)
    {
        page.Heading(survey.Name);
        page.Table(["", "rows"],
        [
            ["rows read", Number(survey.Rows)],
            .. survey.Formats.Select(f => (IReadOnlyList<string>)[$"  {f.Key}", Number(f.Value)]),
            ["  filtered", Number(survey.Filtered)],
            ["  refused", Number(survey.Refused.Count)],
        ]);
        if (survey.Roles.Count > 0) page.Table(["role", "messages", "the first"], survey.Roles.Select(r => (IReadOnlyList<string>)[r.Key, Number(r.Value.Count), r.Value.First]));
        page.Histogram("characters per example", survey.Characters);
        page.Histogram("messages per chat", survey.Messages);
        page.Refused(survey.Refused);
    }

    private static void Show(DataPage page, SftData data)
    {
        page.Heading(string.Join(", ", data.Account.Sources.Select(s => s.Name)));
        page.Account(data.Account);
        if (data.EvaluationAccount is { } evaluation)
        {
            page.Heading("evaluation");
            page.Account(evaluation);
        }

        page.Histogram("tokens per example", Histogram.Of(data.Sequences.Select(s => (double)s.Length)));
        page.Histogram("trained share per example, in %", Histogram.Of(data.Sequences.Select(s => 100.0 * s.TrainedTokens / Math.Max(1, s.Length))));
        page.Refused([.. data.Refused]);
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
