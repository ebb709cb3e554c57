using System.CommandLine;
using TrlSharp.Sft;
using TrlSharp.Sft.Options;

namespace TrlSharp.Cli.Commands.Data;

/// <summary><c>trlsharp data prepare</c>: everything that <c>sft</c> does before the first step, kept for the run that follows.</summary>
internal static class DataPrepareCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("prepare", "Read, render, prove, tokenise and pack, and keep the result in --data_cache, where sft with the same settings finds it.");
        var arguments = new DataArguments(command);
        command.SetAction((parsed, stop) => Task.FromResult(Run(terminal, arguments.Read(parsed), stop)));
        return command;
    }

    private static int Run(Terminal terminal, SftSettings settings, CancellationToken stop)
    {
        if (settings.Model.Path is null) throw new ConfigException("model_name_or_path is missing: the folder whose tokenizer and template decide about tokens.");
        using var data = SftData.Prepare(settings, new PreparationMeter(terminal), stop);
        DataReport.Print(terminal, data, SftData.Sources(settings));
        foreach (var file in data.PreparedFiles) terminal.Line($"kept in {file}");
        if (!data.PreparedFiles.Any()) terminal.Line("not kept: data_cache auto keeps data files of 16 MiB and more; name a folder to keep these.");
        return ExitCode.Done;
    }
}
