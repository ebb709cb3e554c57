using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>Prompts that the model answers itself.</summary>
internal static class PromptRows
{
    public static PromptExample Read(RowColumns row, FormatReading reading, MessageReader reader)
    {
        var prompt = reading.Format switch
        {
            RowFormat.Messages => RowValue.List(ChatRows.ReadChat(row, reading.Columns[0], reader)),
            RowFormat.QuestionAnswer => Question(row),
            _ => Prompt(row, reader),
        };
        if (prompt.Kind == RowValueKind.List && ChatMessage.IsAssistant(prompt.Items[^1]))
            throw row.Refuse("the prompt ends with an assistant's message, so there is nothing left to answer. Cut the chat before the last answer.");
        return new(row.Origin) { Prompt = prompt, Tools = ChatRows.Tools(row), TemplateKwargs = ChatRows.TemplateKwargs(row), Metadata = row.Metadata() };
    }

    private static RowValue Question(RowColumns row)
    {
        var user = ChatMessage.User(row.TakeText("question"));
        return ChatRows.SystemPrompt(row) is { } system ? RowValue.List(ChatMessage.Of(ChatMessage.SystemRole, system), user) : RowValue.List(user);
    }

    private static RowValue Prompt(RowColumns row, MessageReader reader)
    {
        var value = row.Take("prompt") ?? throw row.Missing("prompt");
        if (Transcript.IsTranscript(value)) return RowValue.List(Transcript.Messages(value.Text, dropOpenTurn: true));
        if (value.Kind == RowValueKind.String) return value;
        var messages = reader.Read(row, "prompt", value);
        return messages.Count == 0 ? throw row.Refuse($"the column \"{row.NameOf("prompt")}\" is an empty list.") : RowValue.List(messages);
    }
}
