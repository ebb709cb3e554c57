using System.Text;
using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>A message while it is put into the common shape.</summary>
internal sealed class MessageDraft(MessageReader.MessagePlace place, string role)
{
    public string Role { get; private set; } = role;

    public MessageReader.MessagePlace Place => place;

    /// <summary>The fields so far, in file order and under their common names.</summary>
    public List<KeyValuePair<string, RowValue>> Fields { get; } = [];

    public RowValue? Find(string key)
    {
        foreach (var field in Fields)
            if (field.Key == key) return field.Value;
        return null;
    }

    public void Set(string key, RowValue value)
    {
        var at = Fields.FindIndex(f => f.Key == key);
        if (at < 0) Fields.Add(KeyValuePair.Create(key, value));
        else Fields[at] = KeyValuePair.Create(key, value);
    }

    public void Remove(string key) => Fields.RemoveAll(f => f.Key == key);

    public void SetRole(string role)
    {
        Role = role;
        Set("role", RoleNames.Value(role));
    }

    /// <summary>
    /// The content: a string as it is; a list of parts with reasoning and tool calls moved to fields of their own and the text joined. Parts that carry
    /// anything but text (a weight, an image) stay parts. A null stays: templates tell a tool call from an answer by it.
    /// </summary>
    public void SetContent(RowValue value)
    {
        if (value.Kind == RowValueKind.List) value = ReadParts(value.Items);
        else if (value.Kind is not (RowValueKind.String or RowValueKind.Null))
            throw place.Refuse($"its content is a {RowJson.Name(value.Kind)}, not a string or a list of parts.");
        Set("content", value);
    }

    /// <summary><c>thinking</c> and <c>reasoning</c> are also given as <c>reasoning_content</c>, as transformers does; the key as written stays.</summary>
    public void CopyReasoning()
    {
        foreach (var alias in (ReadOnlySpan<string>)["reasoning", "thinking"])
        {
            if (Find(alias) is not { Kind: RowValueKind.String } text) continue;
            if (Find("reasoning_content") is not { } known) Set("reasoning_content", text);
            else if (known.Kind != RowValueKind.String || known.Text != text.Text)
                throw place.Refuse($"\"{alias}\" and \"reasoning_content\" say different things. Keep one of the two.");
        }
    }

    public RowValue Build()
    {
        if (Find("content") is null or { IsNull: true } && Find("tool_calls") is null && Find("reasoning_content") is null)
            throw place.Refuse($"the {Role} message has no content. Keys with a value: {string.Join(", ", Fields.Where(f => !f.Value.IsNull).Select(f => f.Key))}. Name the key that holds it (content_key).");
        try
        {
            return RowValue.Map(Fields);
        }
        catch (DataException e)
        {
            throw place.Refuse($"two keys mean the same: {e.Message}", e);
        }
    }

    private RowValue ReadParts(IReadOnlyList<RowValue> parts)
    {
        var kept = new List<RowValue>(parts.Count);
        var calls = new List<RowValue>();
        var reasoning = new StringBuilder();
        var hasReasoning = false;
        foreach (var part in parts)
        {
            switch (PartType(part))
            {
                case "reasoning" or "thinking" when HasOnlyText(part):
                    reasoning.Append(PartText(part));
                    hasReasoning = true;
                    break;
                case "reasoning" or "thinking":
                    kept.Add(CommonPart(part, "thinking"));
                    break;
                case "tool_call":
                    calls.AddRange(ToolCallReader.FromText(place, PartText(part)).Select(call => RowValue.Map([.. call.Fields, .. Flags(part)])));
                    break;
                case "text":
                    kept.Add(part.Kind == RowValueKind.String ? part : CommonPart(part, "text"));
                    break;
                default:
                    kept.Add(part);
                    break;
            }
        }

        if (hasReasoning) Set("reasoning_content", RowValue.Of(reasoning.ToString()));
        if (calls.Count > 0) Set("tool_calls", RowValue.List(calls));
        return Joined(kept) is { } text ? RowValue.Of(text) : RowValue.List(kept);
    }

    private string PartType(RowValue part) => part.Kind switch
    {
        RowValueKind.String => "text",
        RowValueKind.Map when part.Find("type") is { Kind: RowValueKind.String } type => type.Text,
        RowValueKind.Map when part.Find("text") is not null => "text",
        RowValueKind.Map => throw place.Refuse($"a content part has no type. Keys found: {string.Join(", ", part.Fields.Select(f => f.Key))}."),
        _ => throw place.Refuse($"a content part is a {RowJson.Name(part.Kind)}, not an object or a string."),
    };

    private string PartText(RowValue part)
    {
        var text = part.Find("text") ?? part.Find("value") ?? part.Find("thinking") ?? part.Find("reasoning");
        return text is { Kind: RowValueKind.String } ? text.Text : throw place.Refuse("a content part has no string under \"text\" or \"value\".");
    }

    private static bool HasOnlyText(RowValue part) => !Flags(part).Any();

    /// <summary>What a part carries beside its type and text: weights, mostly. Never lost.</summary>
    private static IEnumerable<KeyValuePair<string, RowValue>> Flags(RowValue part) =>
        part.Fields.Where(f => f.Key is not ("type" or "text" or "value" or "thinking" or "reasoning") && !f.Value.IsNull);

    /// <summary>LLaMA-Factory writes <c>value</c> where everyone else names the kind of text.</summary>
    private RowValue CommonPart(RowValue part, string type) =>
        RowValue.Map([KeyValuePair.Create("type", RowValue.Of(type)), KeyValuePair.Create(type, RowValue.Of(PartText(part))), .. Flags(part)]);

    private static string? Joined(List<RowValue> parts)
    {
        if (parts.Exists(p => p.Kind == RowValueKind.Map && (p.Fields.Count != 2 || p.Find("type") is not { Kind: RowValueKind.String, Text: "text" }))) return null;
        return string.Concat(parts.Select(p => p.Kind == RowValueKind.String ? p.Text : p.Find("text")!.Text));
    }
}
