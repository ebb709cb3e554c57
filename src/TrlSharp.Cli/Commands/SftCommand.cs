using System.CommandLine;
using TrlSharp.Sft;

namespace TrlSharp.Cli.Commands;

/// <summary><c>trlsharp sft</c>: supervised fine-tuning with TRL's setting names.</summary>
internal static class SftCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("sft", "Fine-tune a model folder on chats, prompts with completions, or text. Settings have TRL's names; --config reads them from YAML.");
        var options = new SftOptionSet(command);
        command.SetAction((parsed, stop) => Task.FromResult(Run(terminal, options, parsed, stop)));
        return command;
    }

    private static int Run(Terminal terminal, SftOptionSet options, ParseResult parsed, CancellationToken stop)
    {
        var settings = options.Read(parsed);
        foreach (var notice in settings.Notices) terminal.Line($"note: {notice}");
        var progress = new RunProgress(terminal);
        var result = SftRun.Execute(settings, data => DataReport.Print(terminal, data), progress, stop);
        if (result is not null) terminal.Line($"saved {settings.Training.Training.OutputFolder}");
        return ExitCode.Done;
    }
}
