using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>A better and a worse answer, with the prompt in a column or as the common beginning of both.</summary>
internal static class PreferenceRows
{
    /// <summary>The column pairs that hold the answers.</summary>
    public static (string Chosen, string Rejected)[] Columns { get; } = [("chosen", "rejected"), ("chosen_messages", "rejected_messages")];

    /// <summary>
    /// The columns that hold the prompt. A chat column beside whole chats in <paramref name="chosen"/> is something else: many sets repeat the better
    /// chat there for supervised training.
    /// </summary>
    public static List<string> PromptColumns(RowColumns row, RowValue chosen)
    {
        if (row.Has("prompt")) return ["prompt"];
        var wholeChats = chosen is { Kind: RowValueKind.List, Items.Count: > 1 } || Transcript.IsTranscript(chosen);
        return wholeChats ? [] : [.. StandardColumns.Chats.Append("instruction").Append("question").Where(row.Has)];
    }

    public static PreferenceExample Read(RowColumns row, FormatReading reading, MessageReader reader)
    {
        var chosen = Answer(row, reading.Columns[0], reader);
        var rejected = Answer(row, reading.Columns[1], reader);
        if (chosen.Kind != rejected.Kind)
            throw row.Refuse($"\"{row.NameOf(reading.Columns[0])}\" and \"{row.NameOf(reading.Columns[1])}\" are not of one kind: make both strings, or both messages.");
        var prompt = reading.Columns.Length > 2 ? Prompt(row, reading.Columns[2], reader) : null;
        (prompt, chosen, rejected) = Settle(row, prompt, chosen, rejected);
        if (chosen.ValueEquals(rejected)) throw row.Refuse("the chosen and the rejected answer are the same, so there is no preference.");
        return new(row.Origin)
        {
            Prompt = prompt,
            Chosen = chosen,
            Rejected = rejected,
            Tools = ChatRows.Tools(row),
            TemplateKwargs = ChatRows.TemplateKwargs(row),
            Metadata = row.Metadata(),
        };
    }

    /// <summary>The chat that ends with the better answer, for supervised training.</summary>
    public static Example Chosen(RowColumns row, FormatReading reading, MessageReader reader)
    {
        var pair = Read(row, reading, reader);
        return pair.IsConversational
            ? new ConversationExample(pair.Origin) { Messages = [.. pair.Prompt.Items, .. pair.Chosen.Items], Tools = pair.Tools, TemplateKwargs = pair.TemplateKwargs, Metadata = pair.Metadata }
            : new PromptCompletionExample(pair.Origin) { Prompt = pair.Prompt.Text, Completion = pair.Chosen.Text, Metadata = pair.Metadata };
    }

    private static RowValue Answer(RowColumns row, string column, MessageReader reader)
    {
        var value = row.Take(column) ?? throw row.Missing(column);
        if (Transcript.IsTranscript(value)) return RowValue.List(Transcript.Messages(value.Text));
        if (value.Kind == RowValueKind.String) return value;
        var messages = reader.Read(row, column, value);
        return messages.Count > 0 ? RowValue.List(messages) : throw row.Refuse($"the column \"{row.NameOf(column)}\" is an empty list.");
    }

    private static RowValue Prompt(RowColumns row, string column, MessageReader reader) => column switch
    {
        "instruction" => RowValue.List(AlpacaRows.Prompt(row, reader)),
        "question" => RowValue.List(ChatMessage.User(row.TakeText("question"))),
        "prompt" when row.Find("prompt") is { Kind: RowValueKind.String } text => row.Take("prompt") is { } && Transcript.IsTranscript(text)
            ? RowValue.List(Transcript.Messages(text.Text, dropOpenTurn: true))
            : text,
        "prompt" => RowValue.List(reader.Read(row, "prompt", row.Take("prompt") ?? throw row.Missing("prompt"))),
        _ => RowValue.List(ChatRows.ReadChat(row, column, reader)),
    };

    /// <summary>Brings prompt and answers to one kind.</summary>
    private static (RowValue Prompt, RowValue Chosen, RowValue Rejected) Settle(RowColumns row, RowValue? prompt, RowValue chosen, RowValue rejected)
    {
        if (prompt is null) return Implicit(row, chosen, rejected);
        if (prompt.Kind == chosen.Kind)
        {
            return prompt.Kind == RowValueKind.List && BeginsWith(chosen, prompt) && BeginsWith(rejected, prompt)
                ? (prompt, Rest(chosen, prompt.Items.Count), Rest(rejected, prompt.Items.Count))
                : (prompt, chosen, rejected);
        }

        if (prompt.Kind == RowValueKind.List) return (prompt, Spoken(chosen), Spoken(rejected));
        return ChatMessage.IsAssistant(chosen.Items[0]) && ChatMessage.IsAssistant(rejected.Items[0])
            ? (RowValue.List(ChatMessage.User(prompt.Text)), chosen, rejected)
            : Implicit(row, chosen, rejected);
    }

    private static (RowValue Prompt, RowValue Chosen, RowValue Rejected) Implicit(RowColumns row, RowValue chosen, RowValue rejected)
    {
        if (chosen.Kind == RowValueKind.String)
        {
            var at = CommonText(chosen.Text, rejected.Text);
            return (RowValue.Of(chosen.Text[..at]), RowValue.Of(chosen.Text[at..]), RowValue.Of(rejected.Text[at..]));
        }

        var common = 0;
        while (common < Math.Min(chosen.Items.Count, rejected.Items.Count) && chosen.Items[common].ValueEquals(rejected.Items[common])) common++;
        if (common == chosen.Items.Count || common == rejected.Items.Count)
            throw row.Refuse(chosen.Items.Count == rejected.Items.Count
                ? "the chosen and the rejected chat are the same, so there is no preference."
                : "one of the two chats is the beginning of the other, so it has no answer of its own.");
        return (RowValue.List([.. chosen.Items.Take(common)]), Rest(chosen, common), Rest(rejected, common));
    }

    /// <summary>Where two texts part, one earlier when that follows a space (tokens begin with their space), and never inside a surrogate pair. TRL's rule.</summary>
    private static int CommonText(string a, string b)
    {
        var at = a.AsSpan().CommonPrefixLength(b);
        if (at > 0 && char.IsHighSurrogate(a[at - 1])) at--;
        if (at > 0 && a[at - 1] == ' ') at--;
        return at;
    }

    private static bool BeginsWith(RowValue chat, RowValue prompt) =>
        prompt.Items.Count > 0 && chat.Items.Count > prompt.Items.Count && prompt.Items.Zip(chat.Items).All(p => p.First.ValueEquals(p.Second));

    private static RowValue Rest(RowValue chat, int from) => RowValue.List([.. chat.Items.Skip(from)]);

    /// <summary>A plain answer to a chat: an assistant's message, without the one space that follows a transcript's colon.</summary>
    private static RowValue Spoken(RowValue text) => RowValue.List(ChatMessage.Assistant(text.Text.StartsWith(' ') ? text.Text[1..] : text.Text));
}
