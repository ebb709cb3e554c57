using System.Globalization;

namespace TrlSharp.Tokenization.Unicode;

/// <summary>Extended grapheme clusters (UAX #29).</summary>
internal static class GraphemeClusters
{
    /// <summary>UTF-16 units of the cluster that a text which is not empty begins with.</summary>
    public static int Length(ReadOnlySpan<char> text)
    {
        if (text.Length == 1 || (text[0] < 0x80 && text[1] < 0x80)) return text[0] == '\r' && text.Length > 1 && text[1] == '\n' ? 2 : 1;
        return StringInfo.GetNextTextElementLength(text);
    }
}
