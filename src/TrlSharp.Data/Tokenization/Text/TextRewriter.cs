using System.Text;

namespace TrlSharp.Tokenization.Text;

/// <summary>Applies <see cref="TextChange"/>s (<c>NormalizedString::transform</c> of the reference).</summary>
internal static class TextRewriter
{
    /// <summary>
    /// Writes the rewritten text to <paramref name="target"/>. The first <paramref name="removed"/> code points of the old text fall away.
    /// </summary>
    public static void Apply(AlignedText source, ReadOnlySpan<TextChange> changes, int removed, AlignedText target)
    {
        target.Clear(source.Origin);
        var at = Skip(source.Chars, 0, removed);
        foreach (var (codePoint, change) in changes)
        {
            if (change > 0)
            {
                var (start, end) = at < 1 ? (source.Origin, source.Origin) : (source.Start(at - 1), source.End(at - 1));
                target.AppendRune(codePoint, start, end);
                continue;
            }

            target.AppendRune(codePoint, source.Start(at), source.End(at));
            at = Skip(source.Chars, at, 1 - change);
        }
    }

    /// <summary>Past this many code points.</summary>
    private static int Skip(ReadOnlySpan<char> text, int at, int codePoints)
    {
        for (; codePoints > 0 && at < text.Length; codePoints--)
        {
            Rune.DecodeFromUtf16(text[at..], out _, out var width);
            at += width;
        }

        return at;
    }
}
