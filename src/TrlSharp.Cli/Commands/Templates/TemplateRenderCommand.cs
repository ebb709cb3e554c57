using System.CommandLine;
using System.Globalization;
using System.Numerics;
using TrlSharp.Inspection;
using TrlSharp.Rows;
using TrlSharp.Templates;

namespace TrlSharp.Cli.Commands.Templates;

/// <summary><c>trlsharp template render</c>: one conversation, rendered; with the owner of every line, as plain text, or as JSON with all spans.</summary>
internal static class TemplateRenderCommand
{
    private static readonly string[] Formats = ["owners", "text", "json"];

    public static Command Create(Terminal terminal)
    {
        var template = OptionNames.Create<string>("--template", "A template file, a model folder, a JSON file with named templates (tokenizer_config.json), or a built-in template's name.", isRequired: true);
        var name = OptionNames.Create<string?>("--template_name", "Which of several named templates (tool_use, rag). Default: default.");
        var messages = OptionNames.Create<string>("--messages", "A JSON file: a list of messages, or an object with messages, tools, documents and further variables. - for the standard input.", isRequired: true);
        var format = OptionNames.Create<string>("--format", "owners: each line with the message that owns it, data in ‹ ›. text: the text alone. json: text and spans.");
        var prompt = OptionNames.Create<bool>("--add_generation_prompt", "End with the header of the next assistant turn.");
        var continued = OptionNames.Create<bool>("--continue_final_message", "End where the last message ends, for a model to go on.");
        var kwargs = OptionNames.Create<string?>("--chat_template_kwargs", "Further template variables, a JSON object.");
        var tools = OptionNames.Create<string?>("--tools", "A JSON file with a list of tools.");
        var documents = OptionNames.Create<string?>("--documents", "A JSON file with a list of documents.");
        var date = OptionNames.Create<string?>("--template_date", "The date (2025-07-09, or with a time) that templates are told when they ask for it.");
        format.DefaultValueFactory = _ => Formats[0];
        var command = new Command("render", "Render a conversation with a chat template.") { template, name, messages, format, prompt, continued, kwargs, tools, documents, date };
        command.SetAction(parsed =>
        {
            if (!Formats.Contains(parsed.GetValue(format))) throw new ConfigException($"--format is \"{parsed.GetValue(format)}\"; it must be one of {string.Join(", ", Formats)}.");
            var given = Given(terminal, parsed.GetValue(messages)!);
            var request = new RenderRequest
            {
                Messages = given.Messages,
                Tools = File(parsed.GetValue(tools)) ?? given.Tools,
                Documents = File(parsed.GetValue(documents)) ?? given.Documents,
                Kwargs = Merged(given.Variables, parsed.GetValue(kwargs)),
                AddGenerationPrompt = parsed.GetValue(prompt),
                ContinueFinalMessage = parsed.GetValue(continued),
                Now = Date(parsed.GetValue(date)),
            };
            Print(terminal, parsed.GetValue(format)!, Template(parsed.GetValue(template)!, parsed.GetValue(name)).Render(request), request.Messages);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(Terminal terminal, string format, RenderedConversation rendered, IReadOnlyList<RowValue> messages)
    {
        if (format == "text") terminal.Out.Write(rendered.Text);
        else if (format == "owners") DataReport.Show(terminal, RenderedTerminal.Show(rendered, messages));
        else terminal.Line(RowValue.MapOf(("text", RowValue.Of(rendered.Text)), ("spans", RowValue.List([.. rendered.Spans.Select(Json)]))).ToString());
    }

    private static RowValue Json(RenderedSpan span) => RowValue.MapOf(
        ("start", Number(span.Start)), ("end", Number(span.End)), ("origin", RowValue.Of(span.Origin.ToString())), ("source_start", Number(span.SourceStart)), ("source_end", Number(span.SourceEnd)),
        ("exact", RowValue.Of(span.Exact)), ("owner", span.Owner < 0 ? RowValue.Null : Number(span.Owner)), ("generation_prompt", RowValue.Of(span.GenerationPrompt)));

    private static RowValue Number(int value) => RowValue.Of((BigInteger)value);

    private static ChatTemplate Template(string given, string? name)
    {
        if (Directory.Exists(given) || (given.EndsWith(".json", StringComparison.OrdinalIgnoreCase) && System.IO.File.Exists(given))) return ChatTemplate.Load(given, name);
        if (name is not null) throw new ConfigException($"--template_name chooses among the templates of a model folder or JSON file; {given} is neither.");
        if (System.IO.File.Exists(given)) return ChatTemplate.Parse(System.IO.File.ReadAllText(given), given, Neutral);
        return BuiltInTemplates.Find(given) is { } source
            ? ChatTemplate.Parse(source, given, Neutral)
            : throw new ConfigException($"--template: there is no file or folder \"{given}\", and no built-in template of that name ({string.Join(", ", BuiltInTemplates.Names)}).");
    }

    /// <summary>Special tokens for templates that come without a model.</summary>
    private static readonly Dictionary<string, string> Neutral = new() { ["bos_token"] = "<s>", ["eos_token"] = "</s>" };

    private static (IReadOnlyList<RowValue> Messages, RowValue? Tools, RowValue? Documents, RowValue? Variables) Given(Terminal terminal, string path)
    {
        var value = Parse(path, path == "-" ? terminal.In.ReadToEnd() : Read(path));
        if (value.Kind == RowValueKind.List) return (value.Items, null, null, null);
        if (value.Find("messages") is not { Kind: RowValueKind.List } messages) throw new ConfigException($"{path} must hold a list of messages, or an object with the key messages.");
        string[] known = ["messages", "tools", "documents"];
        return (messages.Items, Present(value.Find("tools")), Present(value.Find("documents")), RowValue.Map([.. value.Fields.Where(f => !known.Contains(f.Key))]));
    }

    private static RowValue? Merged(RowValue? variables, string? json)
    {
        if (json is null) return variables;
        var given = Parse("--chat_template_kwargs", json);
        if (given.Kind != RowValueKind.Map) throw new ConfigException("--chat_template_kwargs must be a JSON object.");
        return given.Fields.Aggregate(variables ?? RowValue.Map(), (all, field) => all.With(field.Key, field.Value));
    }

    private static RowValue? File(string? path) => path is null ? null : Parse(path, Read(path));

    private static RowValue? Present(RowValue? value) => value is { IsNull: false } ? value : null;

    private static string Read(string path) => System.IO.File.Exists(path) ? System.IO.File.ReadAllText(path) : throw new ConfigException($"The file {path} does not exist.");

    private static RowValue Parse(string name, string json)
    {
        try
        {
            return RowValue.Parse(json);
        }
        catch (DataException e)
        {
            throw new DataException($"{name}: {e.Message}", e);
        }
    }

    private static DateTime? Date(string? text) => text is null ? null
        : DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : throw new ConfigException($"--template_date is \"{text}\"; write a date such as 2025-07-09.");
}
