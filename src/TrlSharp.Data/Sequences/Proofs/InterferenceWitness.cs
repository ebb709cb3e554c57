using TrlSharp.Rows;
using TrlSharp.Templates;

namespace TrlSharp.Sequences.Proofs;

/// <summary>Non-interference: a change of one character in one message changes nothing in the text but that character.</summary>
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
        for (var j = 0; j < bodies.Count; j++)
        {
            if (bodies[j].Find("content") is not { Kind: RowValueKind.String, Text: var content }) continue;
            var (changed, at) = Changed(content);
            if (changed is null) continue;
            var others = bodies.ToArray();
            others[j] = others[j].With("content", RowValue.Of(changed));
            try
            {
                if (!SameBut(text, render(others).Text, j, at, changed[at])) return j;
            }
            catch (TemplateException)
            {
                return j;
            }
        }

        return -1;
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

    private static bool SameBut(RenderedConversation text, string other, int message, int offset, char replacement)
    {
        if (other.Length != text.Text.Length) return false;
        var expected = text.Text.ToCharArray();
        foreach (var span in text.Spans)
        {
            if (span.Origin.Kind != OriginKind.Data || span.Origin.Message != message || span.Origin.Path != "content" || offset < span.SourceStart || offset >= span.SourceEnd) continue;
            if (!span.Exact) return true;
            expected[span.Start + offset - span.SourceStart] = replacement;
        }

        return other.AsSpan().SequenceEqual(expected);
    }
}
