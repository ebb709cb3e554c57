using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary><c>split</c>, <c>rsplit</c>, <c>splitlines</c>, <c>partition</c>: parts are sub-ropes of the whole.</summary>
internal static class TextSplitting
{
    private const long CostOfPart = 64;

    public static ListValue Split(RenderState state, TextValue text, Value?[] bound, bool fromRight)
    {
        var limit = bound[1] is { } maximum ? Numbers.Argument(maximum, "split") : -1;
        if (limit < 0) limit = int.MaxValue;
        var parts = bound[0] is null or NoneValue ? Words(text.Text, limit, fromRight) : Separated(text.Text, TextMethods.Text(bound[0]!, "split").Text, limit, fromRight);
        state.Charge(parts.Count * CostOfPart);
        return new([.. parts.Select(p => text.Slice(p.Start, p.End))]);
    }

    public static ListValue Lines(RenderState state, TextValue text, bool keepEnds)
    {
        var lines = new List<Value>();
        var start = 0;
        for (var i = 0; i < text.Text.Length; i++)
        {
            if (!PythonText.IsLineBreak(text.Text[i])) continue;
            var end = i + (text.Text[i] == '\r' && i + 1 < text.Text.Length && text.Text[i + 1] == '\n' ? 2 : 1);
            lines.Add(text.Slice(start, keepEnds ? end : i));
            state.Charge(CostOfPart);
            start = end;
            i = end - 1;
        }

        if (start < text.Text.Length) lines.Add(text.Slice(start, text.Text.Length));
        return new([.. lines]);
    }

    public static ListValue Partition(TextValue text, TextValue separator, bool last)
    {
        if (separator.Text.Length == 0) throw EvaluationException.Runtime("empty separator");
        var at = last ? text.Text.LastIndexOf(separator.Text, StringComparison.Ordinal) : text.Text.IndexOf(separator.Text, StringComparison.Ordinal);
        Value[] parts = at < 0
            ? last ? [text.Slice(0, 0), text.Slice(0, 0), text] : [text, text.Slice(0, 0), text.Slice(0, 0)]
            : [text.Slice(0, at), text.Slice(at, at + separator.Text.Length), text.Slice(at + separator.Text.Length, text.Text.Length)];
        return new(parts, tuple: true);
    }

    private static List<(int Start, int End)> Words(string text, int limit, bool fromRight)
    {
        var words = TextMethods.SplitWords(text).ToList();
        if (words.Count <= limit) return words;
        if (fromRight)
        {
            var kept = words[^limit..];
            return [(0, words[^(limit + 1)].End), .. kept];
        }

        return [.. words[..limit], (words[limit].Start, text.Length)];
    }

    private static List<(int Start, int End)> Separated(string text, string separator, int limit, bool fromRight)
    {
        if (separator.Length == 0) throw EvaluationException.Runtime("empty separator");
        var parts = new List<(int Start, int End)>();
        if (!fromRight)
        {
            var start = 0;
            for (var at = text.IndexOf(separator, StringComparison.Ordinal); at >= 0 && limit-- > 0; at = text.IndexOf(separator, start, StringComparison.Ordinal))
            {
                parts.Add((start, at));
                start = at + separator.Length;
            }

            parts.Add((start, text.Length));
            return parts;
        }

        var end = text.Length;
        while (limit-- > 0 && end > 0 && text.AsSpan(0, end).LastIndexOf(separator, StringComparison.Ordinal) is >= 0 and var at)
        {
            parts.Add((at + separator.Length, end));
            end = at;
        }

        parts.Add((0, end));
        parts.Reverse();
        return parts;
    }
}
