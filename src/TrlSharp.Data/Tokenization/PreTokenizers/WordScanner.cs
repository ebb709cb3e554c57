using System.Runtime.CompilerServices;
using TrlSharp.Tokenization.Text;
using static TrlSharp.Tokenization.Unicode.CharacterClasses;

namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary>
/// A well-known pre-tokenizer pattern as hand-written code, several times faster than a regex engine. Each of these patterns matches at every
/// place of any text, so a scanner is a function from the start of a word to its end.
/// </summary>
internal abstract class WordScanner : TextPattern
{
    public sealed override void FindAll(ReadOnlySpan<char> text, PieceList matches)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = WordEnd(text, start);
            matches.Add(start, end);
            start = end;
        }
    }

    /// <summary>Where the word that starts at <paramref name="start"/> ends; always further right. What stands before it does not matter.</summary>
    public abstract int WordEnd(ReadOnlySpan<char> text, int start);

    /// <summary>Past the run of characters that have one of these classes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static int SkipWhile(ReadOnlySpan<char> text, int at, int classes)
    {
        while (at < text.Length && (At(text, at, out var width) & classes) != 0) at += width;
        return at;
    }

    /// <summary>Past the run of characters that have none of these classes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static int SkipUntil(ReadOnlySpan<char> text, int at, int classes)
    {
        while (at < text.Length && (At(text, at, out var width) & classes) == 0) at += width;
        return at;
    }

    /// <summary>Past at most <paramref name="limit"/> numbers.</summary>
    protected static int SkipNumbers(ReadOnlySpan<char> text, int at, int limit)
    {
        for (; limit > 0 && at < text.Length && (At(text, at, out var width) & Number) != 0; limit--) at += width;
        return at;
    }

    /// <summary><c>\s+(?!\S)|\s+</c>: white space up to the end of the text, or all of a run but its last character, or that character.</summary>
    protected static int SpaceEnd(ReadOnlySpan<char> text, int start)
    {
        var end = SkipWhile(text, start, Space);
        return end == text.Length || end == start + 1 ? end : end - 1;
    }

    /// <summary><c>\s*[\r\n]+|\s+(?!\S)|\s+</c>: white space through its last line break comes first.</summary>
    protected static int SpaceOrLineEnd(ReadOnlySpan<char> text, int start)
    {
        var end = SkipWhile(text, start, Space);
        var lineBreak = text[start..end].LastIndexOfAny('\r', '\n');
        if (lineBreak >= 0) return start + lineBreak + 1;
        return end == text.Length || end == start + 1 ? end : end - 1;
    }

    /// <summary>Past <c>'s|'t|'re|'ve|'m|'ll|'d</c> at <paramref name="at"/>, or <paramref name="at"/>. With case folding ſ is an s.</summary>
    protected static int SkipContraction(ReadOnlySpan<char> text, int at, bool anyCase)
    {
        if (at + 1 >= text.Length || text[at] != '\'') return at;
        var first = Fold(text[at + 1], anyCase);
        if (first is 's' or 't' or 'm' or 'd') return at + 2;
        if (at + 2 >= text.Length) return at;
        var second = Fold(text[at + 2], anyCase);
        return (first, second) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? at + 3 : at;
    }

    private static char Fold(char c, bool anyCase) => !anyCase ? c : c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c == 'ſ' ? 's' : c;
}
