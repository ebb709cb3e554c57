using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>
/// Instruction rows: the user's turn is the instruction, and the input (or Dolly's context) on the next line when there is one; <c>history</c> is a list
/// of [user, assistant] pairs that come before. As LLaMA-Factory reads them.
/// </summary>
internal static class AlpacaRows
{
    /// <summary>Everything before the answer.</summary>
    public static List<RowValue> Prompt(RowColumns row, MessageReader reader)
    {
        var messages = new List<RowValue>();
        if (ChatRows.SystemPrompt(row) is { } system) messages.Add(ChatMessage.Of(ChatMessage.SystemRole, system));
        if (row.Take("history") is { } history) AddHistory(row, reader, messages, history);
        var instruction = row.TakeText("instruction");
        var (input, context) = (row.TakeOptionalText("input"), row.TakeOptionalText("context"));
        if (input is { Length: > 0 } && context is { Length: > 0 })
            throw row.Refuse("the row has both \"input\" and \"context\" beside the instruction. Ignore one of the two.");
        var more = input is { Length: > 0 } ? input : context;
        messages.Add(ChatMessage.User(more is { Length: > 0 } ? instruction.Length > 0 ? $"{instruction}\n{more}" : more : instruction));
        return messages;
    }

    /// <summary>The answer, from <c>output</c> or <c>response</c>.</summary>
    public static RowValue Answer(RowColumns row, FormatReading reading) => ChatMessage.Assistant(row.TakeText(reading.Columns[1]));

    private static void AddHistory(RowColumns row, MessageReader reader, List<RowValue> messages, RowValue history)
    {
        if (history.Kind == RowValueKind.List && history.Items.Count > 0 && history.Items.All(i => i.Kind == RowValueKind.Map))
        {
            messages.AddRange(reader.Read(row, "history", history));
            return;
        }

        if (history.Kind != RowValueKind.List || history.Items.Any(p => p is not { Kind: RowValueKind.List, Items: [{ Kind: RowValueKind.String }, { Kind: RowValueKind.String }] }))
            throw row.Refuse("\"history\" is not a list of [user, assistant] pairs of strings.");
        foreach (var pair in history.Items)
        {
            messages.Add(ChatMessage.User(pair.Items[0].Text));
            messages.Add(ChatMessage.Assistant(pair.Items[1].Text));
        }
    }
}
