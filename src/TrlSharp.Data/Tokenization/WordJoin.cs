using TrlSharp.Tokenization.PreTokenizers;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization;

/// <summary>
/// Finds where the words of a text go on as the words of another one that ends alike. A scanner looks at nothing before a word, so once both have a word
/// that begins at the same distance from a common end, all further words are the same, and so are their tokens.
/// </summary>
internal static class WordJoin
{
    /// <summary>Shorter ends are not worth looking for.</summary>
    private const int Least = 16;

    /// <summary>How many units at the end of both texts are the same; 0 when they are few.</summary>
    public static int CommonEnd(ReadOnlySpan<char> text, ReadOnlySpan<char> known)
    {
        if (text.Length < Least || known.Length < Least || !text[^Least..].SequenceEqual(known[^Least..])) return 0;
        if (text.EndsWith(known)) return known.Length;
        var common = Least;
        while (common < text.Length && common < known.Length && text[^(common + 1)] == known[^(common + 1)]) common++;
        return common;
    }

    /// <summary>Appends the words of a text up to where those of the known text follow.</summary>
    /// <param name="scanner">Finds words.</param>
    /// <param name="text">The text.</param>
    /// <param name="known">The known text.</param>
    /// <param name="common">How many units at their ends are the same.</param>
    /// <param name="words">Receives the words.</param>
    /// <returns>How many units at the end are left to the words of the known text; 0 when these are all of the text's words.</returns>
    public static int Find(WordScanner scanner, ReadOnlySpan<char> text, ReadOnlySpan<char> known, int common, PieceList words)
    {
        var (at, there) = (0, 0);
        while (at < text.Length)
        {
            var (left, leftThere) = (text.Length - at, known.Length - there);
            if (left == leftThere && left <= common) return left;
            if (leftThere > left || (left == leftThere && leftThere > common))
            {
                there = scanner.WordEnd(known, there);
                continue;
            }

            var end = scanner.WordEnd(text, at);
            words.Add(at, end);
            at = end;
        }

        return 0;
    }
}
