using TrlSharp.Rows;

namespace TrlSharp.Conversations;

/// <summary>What of a message a template may see.</summary>
internal static class MessageBody
{
    private static readonly string[] PartFlags = ["train", "training", "weight"];

    /// <summary>
    /// The message without loss flags. Fields that are null are absent to a template, as TRL prepares them, except <c>content</c>: several templates
    /// tell an answer from a tool call by <c>content is none</c>.
    /// </summary>
    public static RowValue ForTemplate(RowValue message)
    {
        if (!Changes(message.Fields)) return message;
        var fields = new List<KeyValuePair<string, RowValue>>(message.Fields.Count);
        foreach (var (key, value) in message.Fields)
        {
            if (Removed(key, value)) continue;
            fields.Add(KeyValuePair.Create(key, HasFlaggedItems(key, value) ? RowValue.List([.. value.Items.Select(WithoutFlags)]) : value));
        }

        return RowValue.Map(fields);
    }

    /// <summary>The parts of list content, or the calls of <c>tool_calls</c>; empty when the field is no list.</summary>
    public static IReadOnlyList<RowValue> Items(RowValue message, string key) =>
        message.Find(key) is { Kind: RowValueKind.List } list ? list.Items : [];

    /// <summary>The text of a content part, or null when it is no text part.</summary>
    public static string? PartText(RowValue part) => part.Kind switch
    {
        RowValueKind.String => part.Text,
        RowValueKind.Map when part.Find("text") is { Kind: RowValueKind.String } text && part.Find("type") is null or { Kind: RowValueKind.String, Text: "text" } => text.Text,
        _ => null,
    };

    /// <summary>The reasoning of a content part (<c>{"type": "thinking", "thinking": …}</c>), or null when it is none.</summary>
    public static string? PartReasoning(RowValue part)
    {
        if (part.Kind != RowValueKind.Map || part.Find("type") is not { Kind: RowValueKind.String } type || type.Text is not ("thinking" or "reasoning")) return null;
        return (part.Find("thinking") ?? part.Find("reasoning") ?? part.Find("text")) is { Kind: RowValueKind.String } text ? text.Text : null;
    }

    private static bool Changes(IReadOnlyList<KeyValuePair<string, RowValue>> fields)
    {
        for (var i = 0; i < fields.Count; i++)
            if (Removed(fields[i].Key, fields[i].Value) || HasFlaggedItems(fields[i].Key, fields[i].Value)) return true;
        return false;
    }

    private static bool Removed(string key, RowValue value) => FlagReader.IsFlag(key) || (value.IsNull && key != "content");

    private static bool HasFlaggedItems(string key, RowValue value) =>
        key is "content" or "tool_calls" && value.Kind == RowValueKind.List && value.Items.Any(i => PartFlags.Any(f => i.Find(f) is not null));

    private static RowValue WithoutFlags(RowValue item) =>
        item.Kind == RowValueKind.Map ? RowValue.Map([.. item.Fields.Where(f => !PartFlags.Contains(f.Key))]) : item;
}
