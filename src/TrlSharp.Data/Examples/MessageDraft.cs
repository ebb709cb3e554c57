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
    /// anything but text (a weight, an image) stay parts.
    /// </summary>
    public void SetContent(RowValue value)
    {
        if (value.Kind == RowValueKind.List) value = ReadParts(value.Items);
        else if (value.Kind != RowValueKind.String && !(value.Kind == RowValueKind.Map && Role == "tool"))
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
        if (Find("content") is null && Find("tool_calls") is null && Find("reasoning_content") is null)
            throw place.Refuse($"the {Role} message has no content. Keys with a value: {string.Join(", ", Fields.Select(f => f.Key))}.");
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
                case "reasoning" or "thinking":
                    reasoning.Append(PartText(part));
                    hasReasoning = true;
                    break;
                case "tool_call":
                    calls.AddRange(ToolCallReader.FromText(place, PartText(part)));
                    break;
                case "text":
                    kept.Add(part.Kind == RowValueKind.String ? part : CommonTextPart(part));
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

    /// <summary>LLaMA-Factory writes <c>value</c> where everyone else writes <c>text</c>. Flags on the part stay.</summary>
    private RowValue CommonTextPart(RowValue part) => RowValue.Map(
    [
        KeyValuePair.Create("type", RowValue.Of("text")),
        KeyValuePair.Create("text", RowValue.Of(PartText(part))),
        .. part.Fields.Where(f => f.Key is not ("type" or "text" or "value") && !f.Value.IsNull),
    ]);

    private static string? Joined(List<RowValue> parts)
    {
        if (parts.Exists(p => p.Kind == RowValueKind.Map && (p.Fields.Count != 2 || p.Find("type") is not { Kind: RowValueKind.String, Text: "text" }))) return null;
        return string.Concat(parts.Select(p => p.Kind == RowValueKind.String ? p.Text : p.Find("text")!.Text));
    }
}
