using TrlSharp.Rows;
using TrlSharp.Templates;

namespace TrlSharp.Sequences.Proofs;

/// <summary>Non-interference: a change of one character in a message changes nothing in the text but that character.</summary>
internal static class InterferenceWitness
{
    /// <summary>Templates look for tags (<c>&lt;think></c>, <c>&lt;tool_response></c>) in content; a change there is no change of what is said.</summary>
    private const int LongestTag = 40;

    /// <param name="render">Renders other messages the same way.</param>
    /// <param name="bodies">The messages.</param>
    /// <param name="text">Their text.</param>
    /// <returns>The first message whose content the template looks at, or −1.</returns>
    public static int Check(Func<IReadOnlyList<RowValue>, RenderedConversation> render, IReadOnlyList<RowValue> bodies, RenderedConversation text)
    {
        var changes = new (string? Text, int At)[bodies.Count];
        for (var j = 0; j < bodies.Count; j++)
            if (bodies[j].Find("content") is { Kind: RowValueKind.String, Text: var content }) changes[j] = Changed(content);

        // All at once, which is one render; only when that shows something is each message asked alone.
        if (Same(render, bodies, text, changes)) return -1;
        for (var j = 0; j < bodies.Count; j++)
            if (changes[j].Text is not null && !Same(render, bodies, text, [.. changes.Select((c, i) => i == j ? c : default)])) return j;
        return bodies.Count - 1;
    }

    private static bool Same(Func<IReadOnlyList<RowValue>, RenderedConversation> render, IReadOnlyList<RowValue> bodies, RenderedConversation text, (string? Text, int At)[] changes)
    {
        var others = bodies.ToArray();
        for (var j = 0; j < others.Length; j++)
            if (changes[j].Text is { } changed) others[j] = others[j].With("content", RowValue.Of(changed));
        try
        {
            return SameBut(text, render(others).Text, changes);
        }
        catch (TemplateException)
        {
            return false;
        }
    }

    /// <summary>The first letter that is not inside a tag becomes another one of its case, so that trimming and capitalisation act alike on both.</summary>
    private static (string? Text, int At) Changed(string content)
    {
        for (var at = 0; at < content.Length; at++)
        {
            if (content[at] == '<' && content.AsSpan(at, Math.Min(LongestTag, content.Length - at)).IndexOf('>') is > 0 and var tag) at += tag;
            else if (char.IsAsciiLetterLower(content[at])) return (string.Concat(content.AsSpan(0, at), content[at] == 'q' ? "k" : "q", content.AsSpan(at + 1)), at);
        }

        return (null, 0);
    }

    private static bool SameBut(RenderedConversation text, string other, (string? Text, int At)[] changes)
    {
        if (other.Length != text.Text.Length) return false;
        var expected = text.Text.ToCharArray();
        foreach (var span in text.Spans)
        {
            if (span.Origin.Kind != OriginKind.Data || span.Origin.Path != "content" || changes[span.Origin.Message] is not ({ } changed, var at) || at < span.SourceStart || at >= span.SourceEnd) continue;
            if (span.Exact) expected[span.Start + at - span.SourceStart] = changed[at];
            else other.AsSpan(span.Start, span.Length).CopyTo(expected.AsSpan(span.Start));
        }

        return other.AsSpan().SequenceEqual(expected);
    }
}
