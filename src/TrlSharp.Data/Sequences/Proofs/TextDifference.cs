using System.Globalization;
using System.Text;
using TrlSharp.Conversations;

namespace TrlSharp.Sequences.Proofs;

/// <summary>Where two texts part, shown one under the other in context.</summary>
internal static class TextDifference
{
    private const int Before = 40;
    private const int After = 60;

    /// <summary>Length of the common beginning, never inside a surrogate pair.</summary>
    public static int First(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        var at = a.CommonPrefixLength(b);
        return at > 0 && char.IsHighSurrogate(a[at - 1]) ? at - 1 : at;
    }

    /// <summary>Two lines: what is, and what should be, from a little before the first difference.</summary>
    public static string Show(string firstName, ReadOnlySpan<char> first, string secondName, ReadOnlySpan<char> second)
    {
        var at = First(first, second);
        var width = Math.Max(firstName.Length, secondName.Length);
        return string.Create(CultureInfo.InvariantCulture,
            $"They part at character {at}:\n    {firstName.PadRight(width)}  {Window(first, at)}\n    {secondName.PadRight(width)}  {Window(second, at)}");
    }

    /// <summary>The fault of a turn that stands in another text than the one it was, or would be, produced in; with the ways out.</summary>
    public static RowFault Mismatch(Message message, MaskFault fault, string what, string firstName, ReadOnlyMemory<char> first, string secondName, ReadOnlyMemory<char> second) => new(fault,
        () => $"{message}: {what}. {Show(firstName, first.Span, secondName, second.Span)}\n  Ways out: train.history=auto (one example per form), other template variables in train.modes, "
        + "turns=last, or train.history=as_rendered to train it all the same.");

    /// <summary>The text in quotes with line ends and controls made visible.</summary>
    public static string Quote(ReadOnlySpan<char> text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            switch (c)
            {
                case '\n': quoted.Append("\\n"); break;
                case '\r': quoted.Append("\\r"); break;
                case '\t': quoted.Append("\\t"); break;
                case '"': quoted.Append("\\\""); break;
                case '\\': quoted.Append(@"\\"); break;
                default: quoted.Append(char.IsControl(c) ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : c.ToString()); break;
            }
        }

        return quoted.Append('"').ToString();
    }

    private static string Window(ReadOnlySpan<char> text, int at)
    {
        var from = Math.Max(0, at - Before);
        var to = Math.Min(text.Length, at + After);
        if (from > 0 && from < text.Length && char.IsLowSurrogate(text[from])) from++;
        if (to < text.Length && char.IsLowSurrogate(text[to])) to--;
        return $"{(from > 0 ? "…" : "")}{Quote(text[from..at])[..^1]}»{Quote(text[at..to])[1..]}{(to < text.Length ? "…" : "")}";
    }
}
