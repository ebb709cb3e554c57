using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>Answers marked good or bad.</summary>
internal static class UnpairedRows
{
    /// <summary>The columns that hold the mark.</summary>
    public static string[] Labels { get; } = ["label", "kto_tag"];

    public static UnpairedExample Read(RowColumns row, FormatReading reading, MessageReader reader)
    {
        var desirable = Desirable(row, reading.Columns[^1]);
        var (prompt, completion) = reading.Columns[0] switch
        {
            "prompt" => PromptCompletion(row, reader),
            "instruction" => (RowValue.List(AlpacaRows.Prompt(row, reader)), RowValue.List(AlpacaRows.Answer(row, reading))),
            _ => LastAnswer(row, ChatRows.ReadChat(row, reading.Columns[0], reader)),
        };
        return new(row.Origin)
        {
            Prompt = prompt,
            Completion = completion,
            Desirable = desirable,
            Tools = ChatRows.Tools(row),
            TemplateKwargs = ChatRows.TemplateKwargs(row),
            Metadata = row.Metadata(),
        };
    }

    /// <summary>A pair as a good and a bad answer.</summary>
    public static IReadOnlyList<Example> FromPair(PreferenceExample pair) => [Half(pair, pair.Chosen, true), Half(pair, pair.Rejected, false)];

    private static UnpairedExample Half(PreferenceExample pair, RowValue answer, bool desirable) => new(pair.Origin)
    {
        Prompt = pair.Prompt,
        Completion = answer,
        Desirable = desirable,
        Tools = pair.Tools,
        TemplateKwargs = pair.TemplateKwargs,
        Metadata = pair.Metadata,
    };

    private static bool Desirable(RowColumns row, string column)
    {
        var label = row.Take(column) ?? throw row.Missing(column);
        if (label.Kind == RowValueKind.Boolean) return label.Boolean;
        return label.Kind == RowValueKind.Integer && (label.Integer.IsZero || label.Integer.IsOne)
            ? label.Integer.IsOne
            : throw row.Refuse($"\"{row.NameOf(column)}\" is {label}; a mark is true or false (or 1 or 0).");
    }

    private static (RowValue Prompt, RowValue Completion) PromptCompletion(RowColumns row, MessageReader reader)
    {
        return ChatRows.PromptCompletion(row, reader) switch
        {
            ConversationExample chat => (RowValue.List([.. chat.Messages.Take(chat.PromptMessages!.Value)]), RowValue.List([.. chat.Messages.Skip(chat.PromptMessages!.Value)])),
            PromptCompletionExample text => (RowValue.Of(text.Prompt), RowValue.Of(text.Completion)),
            _ => throw new InvalidOperationException("Prompt and completion make a chat or a text."),
        };
    }

    private static (RowValue Prompt, RowValue Completion) LastAnswer(RowColumns row, List<RowValue> messages)
    {
        if (!ChatMessage.IsAssistant(messages[^1])) throw row.Refuse("the chat does not end with an assistant's message, so there is no answer to mark.");
        return (RowValue.List(messages[..^1]), RowValue.List(messages[^1]));
    }
}
