using TrlSharp.Rows;

namespace TrlSharp.Sequences.Replies;

/// <summary>Tool calls that a model wrote as JSON, in the shape in which templates read them.</summary>
internal static class ToolCalls
{
    /// <summary>The calls of all texts; null when any of them cannot be read, so that it stays text.</summary>
    /// <param name="texts">What stood between the markers of calls: an object with <c>name</c> and <c>arguments</c> (or <c>parameters</c>), or a list of such.</param>
    public static IReadOnlyList<RowValue>? Read(IEnumerable<string> texts)
    {
        var calls = new List<RowValue>();
        foreach (var text in texts)
        {
            if (Parse(text) is not { } value) return null;
            foreach (var item in value.Kind == RowValueKind.List ? value.Items : [value])
            {
                if (Call(item) is not { } call) return null;
                calls.Add(call);
            }
        }

        return calls;
    }

    private static RowValue? Call(RowValue item)
    {
        if (item.Find("name") is not { Kind: RowValueKind.String } name || (item.Find("arguments") ?? item.Find("parameters")) is not { } arguments) return null;
        var call = new List<(string, RowValue)> { ("type", RowValue.Of("function")), ("function", RowValue.MapOf(("name", name), ("arguments", arguments))) };
        if (item.Find("id") is { Kind: RowValueKind.String } id) call.Insert(0, ("id", id));
        return RowValue.MapOf(call);
    }

    private static RowValue? Parse(string text)
    {
        try
        {
            return RowValue.Parse(text.Trim());
        }
        catch (DataException)
        {
            return null;
        }
    }
}
