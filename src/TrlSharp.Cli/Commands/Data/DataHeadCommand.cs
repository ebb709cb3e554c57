using System.CommandLine;
using TrlSharp.Examples;
using TrlSharp.Inspection;
using TrlSharp.Preparation;
using TrlSharp.Sft;

namespace TrlSharp.Cli.Commands.Data;

/// <summary><c>trlsharp data head</c>: the first rows as they are understood; with a model also which of their tokens are trained.</summary>
internal static class DataHeadCommand
{
    public static Command Create(Terminal terminal)
    {
        var count = new Option<int>("--rows", "-n") { Description = "How many rows.", DefaultValueFactory = _ => 3 };
        var command = new Command("head", "Show the first rows as they are understood; with --model_name_or_path also which tokens are trained.") { count };
        var arguments = new DataArguments(command);
        command.SetAction((parsed, stop) => Task.FromResult(Run(terminal, arguments, parsed, parsed.GetValue(count), stop)));
        return command;
    }

    private static int Run(Terminal terminal, DataArguments arguments, ParseResult parsed, int count, CancellationToken stop)
    {
        var settings = arguments.Read(parsed);
        var explain = settings.Model.Path is null ? null : SftData.CreateBuilder(settings);
        var code = ExitCode.Done;
        var shown = 0;
        foreach (var row in SftData.Sources(settings).SelectMany(SourceRow.ReadAll).Where(r => r.Examples is not null || r.Refused is not null).Take(count))
        {
            stop.ThrowIfCancellationRequested();
            shown++;
            try
            {
                if (row.Refused is { } refused) throw new DataException(refused.Message);
                Show(terminal, row.Examples!, explain);
            }
            catch (DataException e)
            {
                terminal.Line($"refused  {e.Message}");
                code = ExitCode.Data;
            }

            terminal.Line();
        }

        if (shown == 0 && count > 0) terminal.Line("no rows");
        return code;
    }

    private static void Show(Terminal terminal, RowExamples row, Sequences.SequenceBuilder? builder)
    {
        foreach (var example in row.Examples)
        {
            terminal.Line($"{example.Origin}  {row.Format}");
            if (builder is not null) DataReport.Show(terminal, MaskTerminal.Show(builder.Explain(example), builder.Policy.Name, example.Origin.ToString()));
            else terminal.Line(ExampleJson.Write(example).ToString());
        }
    }
}
