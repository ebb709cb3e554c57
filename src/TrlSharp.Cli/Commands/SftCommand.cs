using System.CommandLine;
using System.Globalization;
using TrlSharp.Cli.Reports;
using TrlSharp.Sft;
using TrlSharp.Sft.Options;

namespace TrlSharp.Cli.Commands;

/// <summary><c>trlsharp sft</c>: supervised fine-tuning with TRL's setting names.</summary>
internal static class SftCommand
{
    public const string Name = "sft";

    public static Command Create(Terminal terminal)
    {
        var command = new Command(Name, "Fine-tune a model folder on chats, prompts with completions, or text. Settings have TRL's names; --config reads them from YAML.");
        var options = new SftOptionSet(command);
        command.SetAction((parsed, stop) => Task.FromResult(Run(terminal, options, parsed, stop)));
        return command;
    }

    private static int Run(Terminal terminal, SftOptionSet options, ParseResult parsed, CancellationToken stop)
    {
        var settings = options.Read(parsed);
        foreach (var notice in settings.Notices) terminal.Line($"note: {notice}");
        var facts = new List<(string Name, string Value)>();
        try
        {
            var result = SftRun.Execute(settings, Prepared, new RunProgress(terminal), stop);
            if (result?.StoppedEarly is { } reason) terminal.Line($"stopped early: {reason}.");
            if (result is not null) terminal.Line($"saved {settings.Training.Training.OutputFolder}");
        }
        finally
        {
            // Also of a run that was stopped: its curves are what one wants to look at.
            if (facts.Count > 0 && !settings.DryRun) RunReport.Write(settings.Training.Training.OutputFolder!, Title(settings), facts);
        }

        return ExitCode.Done;

        void Prepared(SftData data)
        {
            DataReport.Print(terminal, data, SftData.Sources(settings));
            facts.AddRange(Facts(settings, data));
        }
    }

    private static string Title(SftSettings settings) =>
        settings.Training.Training.RunName ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(settings.Training.Training.OutputFolder!)));

    private static IEnumerable<(string Name, string Value)> Facts(SftSettings settings, SftData data) =>
    [
        ("model", settings.Model.Path!),
        ("data", settings.Data.Path ?? "a mixture"),
        ("rows read", data.Account.Rows.ToString("N0", CultureInfo.InvariantCulture)),
        ("examples", data.Account.Sequences.ToString("N0", CultureInfo.InvariantCulture)),
        ("tokens", data.Account.Tokens.ToString("N0", CultureInfo.InvariantCulture)),
        ("trained tokens", data.Account.TrainedTokens.ToString("N0", CultureInfo.InvariantCulture)),
        ("settings given", string.Join(", ", settings.Given.Distinct())),
    ];
}
