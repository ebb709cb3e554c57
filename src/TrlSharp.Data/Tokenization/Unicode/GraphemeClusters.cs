using System.Globalization;

namespace TrlSharp.Tokenization.Unicode;

/// <summary>Extended grapheme clusters (UAX #29) of Unicode 17, as the reference has them; .NET 10 knows those of Unicode 16.</summary>
internal static class GraphemeClusters
{
    /// <summary>UTF-16 units of the cluster that a text which is not empty begins with.</summary>
    public static int Length(ReadOnlySpan<char> text)
    {
        if (text.Length == 1 || (text[0] < 0x80 && text[1] < 0x80)) return text[0] == '\r' && text.Length > 1 && text[1] == '\n' ? 2 : 1;
        var length = StringInfo.GetNextTextElementLength(text);
        while (length < text.Length && IsNewMark(CharacterClasses.RuneAt(text, length).Value) && TakesMarks(text[..length]))
            length += StringInfo.GetNextTextElementLength(text[length..]);
        return length;
    }

    /// <summary>Whether a mark after this cluster belongs to it, as it does except after control characters.</summary>
    private static bool TakesMarks(ReadOnlySpan<char> cluster)
    {
        Span<char> probe = stackalloc char[3];
        var last = CharacterClasses.RuneBefore(cluster, cluster.Length);
        var width = last.EncodeToUtf16(probe);
        probe[width] = '\u0301';
        return StringInfo.GetNextTextElementLength(probe[..(width + 1)]) > width;
    }

    /// <summary>Combining marks that Unicode 17 added.</summary>
    private static bool IsNewMark(int c) =>
        c is >= 0x1ACF and <= 0x1ADD or >= 0x1AE0 and <= 0x1AEB or >= 0x10EFA and <= 0x10EFB or >= 0x11B60 and <= 0x11B67
            or 0x1E6E3 or 0x1E6E6 or >= 0x1E6EE and <= 0x1E6EF or 0x1E6F5;
}
