using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Finding text in text; indices count code points.</summary>
internal static class TextSearch
{
    public static BooleanValue Affix(string text, Value?[] bound, string function)
    {
        var (start, end) = Window(text, bound[1], bound[2]);
        var candidates = bound[0] is ListValue { IsTuple: true } tuple ? tuple.Items : [bound[0]!];
        foreach (var candidate in candidates)
        {
            var affix = TextMethods.Text(candidate, function).Text;
            if (start > end) continue;
            var window = text.AsSpan(start, end - start);
            if (function == "startswith" ? window.StartsWith(affix, StringComparison.Ordinal) : window.EndsWith(affix, StringComparison.Ordinal)) return BooleanValue.True;
        }

        return BooleanValue.False;
    }

    public static int Find(string text, Value?[] bound, bool last)
    {
        var wanted = TextMethods.Text(bound[0]!, "find").Text;
        var (start, end) = Window(text, bound[1], bound[2]);
        if (start > end) return -1;
        var window = text.AsSpan(start, end - start);
        var at = last ? window.LastIndexOf(wanted, StringComparison.Ordinal) : window.IndexOf(wanted, StringComparison.Ordinal);
        if (last && wanted.Length == 0) at = window.Length;
        return at < 0 ? -1 : CodePoints.FromUnit(text, start + at);
    }

    public static IntegerValue Index(string text, Value?[] bound, bool last) =>
        Find(text, bound, last) is >= 0 and var at ? IntegerValue.Of(at) : throw EvaluationException.Runtime("substring not found");

    public static int Count(string text, Value?[] bound)
    {
        var wanted = TextMethods.Text(bound[0]!, "count").Text;
        var (start, end) = Window(text, bound[1], bound[2]);
        if (start > end) return 0;
        if (wanted.Length == 0) return CodePoints.Count(text[start..end]) + 1;
        var count = 0;
        for (var at = text.IndexOf(wanted, start, end - start, StringComparison.Ordinal); at >= 0; at = text.IndexOf(wanted, at + wanted.Length, end - at - wanted.Length, StringComparison.Ordinal)) count++;
        return count;
    }

    private static (int Start, int End) Window(string text, Value? start, Value? end)
    {
        if (start is null && end is null) return (0, text.Length);
        var length = CodePoints.Count(text);
        var from = Bound(start, 0, length);
        var to = Bound(end, length, length);
        return from > length ? (1, 0) : (CodePoints.ToUnit(text, Math.Min(from, length)), CodePoints.ToUnit(text, Math.Min(to, length)));
    }

    private static int Bound(Value? value, int missing, int length)
    {
        if (value is null or NoneValue) return missing;
        var at = Numbers.Argument(value, "slice index");
        return at < 0 ? Math.Max(0, at + length) : at;
    }
}
