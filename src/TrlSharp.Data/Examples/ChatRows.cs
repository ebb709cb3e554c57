using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>The formats that become a conversation, or a prompt and its completion.</summary>
internal static class ChatRows
{
    /// <summary>A chat column, with a system prompt in a column of its own put in front.</summary>
    public static ConversationExample Messages(RowColumns row, string column, MessageReader reader) => Conversation(row, ReadChat(row, column, reader));

    /// <summary>The messages of a chat column; at least one.</summary>
    public static List<RowValue> ReadChat(RowColumns row, string column, MessageReader reader)
    {
        var messages = reader.ReadChat(row, column, row.Take(column) ?? throw row.Missing(column));
        if (messages.Count == 0) throw row.Refuse($"the column \"{row.NameOf(column)}\" is an empty list: there is no message.");
        if (SystemPrompt(row) is not { } system) return messages;
        if (ChatMessage.RoleOf(messages[0]) is not ("system" or "developer")) messages.Insert(0, ChatMessage.Of(ChatMessage.SystemRole, system));
        else if (messages[0].Find("content") is not { Kind: RowValueKind.String } own || own.Text != system)
            throw row.Refuse("the chat begins with a system message, and a column gives another system prompt. Keep one of the two, or ignore the column.");
        return messages;
    }

    /// <summary>Messages with the row's tools, documents and template variables; everything else is metadata.</summary>
    public static ConversationExample Conversation(RowColumns row, IReadOnlyList<RowValue> messages, int? promptMessages = null) => new(row.Origin)
    {
        Messages = messages,
        PromptMessages = promptMessages,
        Tools = Tools(row),
        Documents = row.Find("documents") is { Kind: RowValueKind.List } ? row.Take("documents") : null,
        TemplateKwargs = TemplateKwargs(row),
        Metadata = row.Metadata(),
    };

    public static Example PromptCompletion(RowColumns row, MessageReader reader)
    {
        var (prompt, completion) = (row.Take("prompt") ?? throw row.Missing("prompt"), row.Take("completion") ?? throw row.Missing("completion"));
        if (prompt.Kind == RowValueKind.String && completion.Kind == RowValueKind.String)
            return new PromptCompletionExample(row.Origin) { Prompt = prompt.Text, Completion = completion.Text, Metadata = row.Metadata() };
        if (prompt.Kind == RowValueKind.String || completion.Kind == RowValueKind.String)
            throw row.Refuse($"\"{row.NameOf("prompt")}\" is a {RowJson.Name(prompt.Kind)} and \"{row.NameOf("completion")}\" a {RowJson.Name(completion.Kind)}: "
                + "make both strings, or both lists of messages.");
        var (before, after) = (reader.Read(row, "prompt", prompt), reader.Read(row, "completion", completion));
        if (after.Count == 0) throw row.Refuse($"the column \"{row.NameOf("completion")}\" is an empty list: there is nothing to train.");
        return Conversation(row, [.. before, .. after], before.Count);
    }

    public static ConversationExample QuestionAnswer(RowColumns row, FormatReading reading)
    {
        var messages = new List<RowValue>(3);
        if (SystemPrompt(row) is { } system) messages.Add(ChatMessage.Of(ChatMessage.SystemRole, system));
        messages.Add(ChatMessage.User(row.TakeText("question")));
        messages.Add(ChatMessage.Assistant(row.TakeText(reading.Columns[1])));
        return Conversation(row, messages);
    }

    /// <summary>The system prompt that a column of its own gives; null when it is absent or empty.</summary>
    public static string? SystemPrompt(RowColumns row)
    {
        var (system, other) = (row.TakeOptionalText("system"), row.TakeOptionalText("system_prompt"));
        if (system is { Length: > 0 } && other is { Length: > 0 } && system != other)
            throw row.Refuse("the columns \"system\" and \"system_prompt\" say different things. Ignore one of the two.");
        return system is { Length: > 0 } ? system : other is { Length: > 0 } ? other : null;
    }

    /// <summary>Tool definitions of the row, or null.</summary>
    public static RowValue? Tools(RowColumns row)
    {
        var (tools, functions) = (ToolCallReader.ReadTools(row, "tools"), ToolCallReader.ReadFunctions(row));
        return tools is not null && functions is not null
            ? throw row.Refuse("the row has both \"tools\" and \"functions\". Keep one of the two, or ignore one.")
            : tools ?? functions;
    }

    /// <summary>Template variables of the row, or null.</summary>
    public static RowValue? TemplateKwargs(RowColumns row)
    {
        if (row.Take("chat_template_kwargs") is not { } kwargs) return null;
        if (kwargs.Kind != RowValueKind.Map) throw row.Refuse($"\"chat_template_kwargs\" is a {RowJson.Name(kwargs.Kind)}, not an object.");
        return kwargs.Fields.Count == 0 ? null : kwargs;
    }
}
