using System.CommandLine;
using TrlSharp.Cli.Chat;
using TrlSharp.Generation;
using TrlSharp.Rows;

namespace TrlSharp.Cli.Commands;

/// <summary><c>trlsharp chat</c>: a conversation with a model, exactly as its chat template writes it.</summary>
internal static class ChatCommand
{
    private const int LongestAnswer = 2048;

    public static Command Create(Terminal terminal)
    {
        var command = new Command("chat", "Talk to a model. Answers stream; thinking and tool calls are shown apart. /help lists the commands. Piped input is answered line by line.");
        var generator = new GeneratorOptionSet(command);
        var system = OptionNames.Create<string?>("--system", "The system message.");
        var tools = OptionNames.Create<string?>("--tools", "A JSON file with a list of tool definitions.");
        var kwargs = OptionNames.Create<string?>("--chat_template_kwargs", "Template variables as JSON, such as '{\"enable_thinking\": false}'.");
        var hidden = OptionNames.Create<bool>("--hide_thinking", "Do not show the thinking.");
        foreach (var option in new Option[] { system, tools, kwargs, hidden }) command.Add(option);
        command.SetAction((parsed, stop) => RunAsync(
            terminal, generator, parsed, parsed.GetValue(system), parsed.GetValue(tools), parsed.GetValue(kwargs), !parsed.GetValue(hidden), stop));
        return command;
    }

    private static async Task<int> RunAsync(
        Terminal terminal, GeneratorOptionSet options, ParseResult parsed, string? system, string? tools, string? kwargs, bool showThinking, CancellationToken stop)
    {
        var definitions = tools is null ? null : ReadTools(tools);
        var variables = kwargs is null ? null : ReadMap(kwargs);
        using var generator = options.Load(parsed, TimeProvider.System.GetLocalNow().DateTime);
        _ = generator.Template; // Told now if there is none.
        foreach (var note in generator.Notes) await terminal.Error.WriteLineAsync($"note: {note}").ConfigureAwait(false);
        using var session = new ChatSession(generator) { Tools = definitions, TemplateKwargs = variables };
        session.Sampling = options.Sampling(parsed, generator.Sampling.MaxNewTokens == new SamplingConfig().MaxNewTokens ? generator.Sampling with { MaxNewTokens = LongestAnswer } : generator.Sampling);
        if (system is not null) session.Add("system", system);
        if (terminal.IsTyped) terminal.Line($"{options.Model(parsed)}: {GeneratorOptionSet.Describe(session.Sampling)}. /help for commands, /exit to leave.");
        await new ChatLoop(terminal, session, new ReplyPrinter(terminal, showThinking)).RunAsync(stop).ConfigureAwait(false);
        return ExitCode.Done;
    }

    private static RowValue ReadTools(string path)
    {
        if (!File.Exists(path)) throw new ConfigException($"--tools: there is no file {path}.");
        var value = Parse(File.ReadAllText(path), $"--tools: {path}");
        return value.Kind == RowValueKind.List ? value : throw new ConfigException($"--tools: {path} must hold a list of tool definitions.");
    }

    private static RowValue ReadMap(string json)
    {
        var value = Parse(json, "--chat_template_kwargs");
        return value.Kind == RowValueKind.Map ? value : throw new ConfigException("--chat_template_kwargs must be a JSON object, such as '{\"enable_thinking\": false}'.");
    }

    private static RowValue Parse(string json, string what)
    {
        try
        {
            return RowValue.Parse(json);
        }
        catch (DataException e)
        {
            throw new ConfigException($"{what}: {e.Message}", e);
        }
    }
}
