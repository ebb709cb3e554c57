using System.Globalization;
using System.Text;
using TrlSharp.Cli.Commands;
using TrlSharp.Generation;
using TrlSharp.Rows;

namespace TrlSharp.Cli.Chat;

/// <summary>The commands of a chat.</summary>
internal sealed class SlashCommands(Terminal terminal, ChatSession session)
{
    private static readonly (string Name, string Argument, string Help)[] All =
    [
        ("/help", "", "this list"),
        ("/reset", "", "forget the conversation; the system message stays"),
        ("/system", "TEXT", "set the system message and forget the conversation; without a text, show it"),
        ("/undo", "", "take back the last question and its answer"),
        ("/retry", "", "answer the last question again"),
        ("/history", "", "show the conversation"),
        ("/tool", "TEXT", "the result of the tool that the model called"),
        ("/save", "FILE", "write the conversation as a line of JSONL, as training reads it"),
        ("/load", "FILE", "go on with a saved conversation"),
        ("/params", "NAME VALUE", "show the sampling, or change it: temperature, top_k, top_p, min_p, repetition_penalty, max_new_tokens, seed"),
        ("/adapters", "NAME on|off", "show the adapters, or switch one"),
        ("/exit", "", "leave (so does the end of input)"),
    ];

    /// <exception cref="ConfigException">The command or its argument is wrong.</exception>
    public SlashOutcome Run(string line)
    {
        var space = line.IndexOfAny([' ', '\n']);
        var (name, argument) = space < 0 ? (line, "") : (line[..space], line[(space + 1)..].Trim());
        switch (name)
        {
            case "/help": foreach (var (command, takes, help) in All) terminal.Line($"{command + " " + takes,-24} {help}"); break;
            case "/reset": session.Cut(HasSystem ? 1 : 0); terminal.Line("The conversation is empty."); break;
            case "/system": SetSystem(argument); break;
            case "/undo": Undo(); break;
            case "/retry": return Retry();
            case "/history": foreach (var message in session.Messages) terminal.Line(Show(message)); break;
            case "/tool": session.Add("tool", argument); return SlashOutcome.Answer;
            case "/save": Save(argument); break;
            case "/load": Load(argument); break;
            case "/params": session.Sampling = argument.Length == 0 ? session.Sampling : Change(session.Sampling, argument); terminal.Line(GeneratorOptionSet.Describe(session.Sampling)); break;
            case "/adapters": Adapters(argument); break;
            case "/exit" or "/quit" or "/bye": return SlashOutcome.Exit;
            default:
                var nearest = NearestName.Find(name, All.Select(c => c.Name));
                throw new ConfigException($"There is no command {name}.{(nearest is null ? " /help lists them." : $" Did you mean {nearest}?")}");
        }

        return SlashOutcome.Done;
    }

    private bool HasSystem => session.Messages is [var first, ..] && Role(first) == "system";

    private void SetSystem(string text)
    {
        if (text.Length > 0)
        {
            session.Cut(0);
            session.Add("system", text);
        }

        terminal.Line(HasSystem ? $"system: {session.Messages[0].Find("content")?.Text}" : "There is no system message.");
    }

    private void Undo()
    {
        var question = LastQuestion();
        session.Cut(question);
        terminal.Line(question == (HasSystem ? 1 : 0) ? "The conversation is empty." : $"Back after: {Show(session.Messages[question - 1])}");
    }

    private SlashOutcome Retry()
    {
        session.Cut(LastQuestion() + 1);
        return SlashOutcome.Answer;
    }

    private int LastQuestion()
    {
        for (var i = session.Messages.Count - 1; i >= 0; i--) if (Role(session.Messages[i]) == "user") return i;
        throw new ConfigException("There is no question yet.");
    }

    private void Save(string path)
    {
        if (path.Length == 0) throw new ConfigException("/save needs a file.");
        var fields = new List<KeyValuePair<string, RowValue>> { new("messages", RowValue.List([.. session.Messages])) };
        if (session.Tools is { } tools) fields.Add(new("tools", tools));
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllText(temporary, RowValue.Map(fields) + "\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException($"/save: {path} cannot be written: {e.Message}", e);
        }
        finally
        {
            File.Delete(temporary);
        }

        terminal.Line($"saved {path}: {session.Messages.Count} messages");
    }

    private void Load(string path)
    {
        if (!File.Exists(path)) throw new ConfigException($"/load: there is no file {path}.");
        var row = RowValue.Parse(File.ReadLines(path).FirstOrDefault(l => l.Trim().Length > 0) ?? throw new ConfigException($"/load: {path} is empty."));
        if (row.Find("messages") is not { Kind: RowValueKind.List } messages || messages.Items.Any(m => m.Find("role") is not { Kind: RowValueKind.String }))
            throw new ConfigException($"/load: {path} holds no list of messages with roles.");
        session.Cut(0);
        foreach (var message in messages.Items) session.Add(message);
        if (row.Find("tools") is { Kind: RowValueKind.List } tools) session.Tools = tools;
        foreach (var message in session.Messages) terminal.Line(Show(message));
    }

    private void Adapters(string argument)
    {
        if (argument.Length > 0)
        {
            var (name, state) = argument.LastIndexOf(' ') is > 0 and var at ? (argument[..at].Trim(), argument[(at + 1)..]) : (argument, "");
            if (state is not ("on" or "off")) throw new ConfigException("/adapters takes a name and on or off.");
            var adapters = session.Adapters.Where(a => a.Name == name || Path.GetFileName(Path.TrimEndingDirectorySeparator(a.Name)) == name).ToList();
            if (adapters is not [var found]) throw new ConfigException($"There is no adapter {name}; there are: {string.Join(", ", session.Adapters.Select(a => a.Name))}.");
            session.Apply(found, state == "on");
        }

        if (session.Adapters.Count == 0) terminal.Line("There are no adapters.");
        foreach (var adapter in session.Adapters) terminal.Line($"{(adapter.IsApplied ? "on " : "off")} {adapter.Name}: {adapter.Config.Describe()}");
    }

    private static SamplingConfig Change(SamplingConfig sampling, string argument)
    {
        if (argument.Split([' ', '='], 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is not [var name, var text])
            throw new ConfigException("/params takes a name and a value.");
        int Whole() => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : throw new ConfigException($"{name}: {text} is no whole number.");
        double Real() => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var x) ? x : throw new ConfigException($"{name}: {text} is no number.");
        var changed = name.Replace('-', '_') switch
        {
            "temperature" => sampling with { Temperature = Real() },
            "top_k" => sampling with { TopK = Whole() },
            "top_p" => sampling with { TopP = Real() },
            "min_p" => sampling with { MinP = Real() },
            "repetition_penalty" => sampling with { RepetitionPenalty = Real() },
            "max_new_tokens" => sampling with { MaxNewTokens = Whole() },
            "min_new_tokens" => sampling with { MinNewTokens = Whole() },
            "seed" => sampling with { Seed = (ulong)Whole() },
            _ => throw new ConfigException($"There is no setting {name}; see /help."),
        };
        var problems = changed.Problems().ToList();
        return problems.Count == 0 ? changed : throw new ConfigException(string.Join(" ", problems));
    }

    private static string Role(RowValue message) => message.Find("role") is { Kind: RowValueKind.String } role ? role.Text : "";

    private static string Show(RowValue message)
    {
        var content = message.Find("content") is { Kind: RowValueKind.String } text ? text.Text : message.Find("content")?.ToString() ?? "";
        var thinking = message.Find("reasoning_content") is { Kind: RowValueKind.String } reasoning ? $"[thinking]\n{reasoning.Text}\n[/thinking]\n" : "";
        var calls = message.Find("tool_calls") is { } list ? $"\n[tool call]\n{list}\n[/tool call]" : "";
        return $"{Role(message)}: {thinking}{content}{calls}";
    }
}
