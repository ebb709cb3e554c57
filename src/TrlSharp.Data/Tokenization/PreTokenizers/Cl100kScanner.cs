using static TrlSharp.Tokenization.Unicode.CharacterClasses;

namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary>
/// The pattern of GPT-4 (cl100k) as Llama 3 and Qwen write it:
/// contractions | one leading character and letters | up to n numbers | a space, symbols and line breaks | white space.
/// </summary>
/// <param name="digits">How many numbers make a word: 1 or 3.</param>
/// <param name="wordClasses">What a word is made of: letters, or letters and marks (Qwen 3.5).</param>
internal sealed class Cl100kScanner(int digits, int wordClasses) : WordScanner
{
    private const string Head = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?";
    private const string Tail = @"[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>The patterns that this scanner stands for.</summary>
    public static readonly IReadOnlyDictionary<string, (int Digits, int WordClasses)> Patterns = new Dictionary<string, (int, int)>(StringComparer.Ordinal)
    {
        [Head + @"\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+" + Tail] = (3, Letter),
        [Head + @"\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+" + Tail] = (1, Letter),
        [Head + @"[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+" + Tail] = (1, Letter | Mark),
    };

    public override int WordEnd(ReadOnlySpan<char> text, int start)
    {
        var c = text[start];
        if (c == '\'' && SkipContraction(text, start, anyCase: true) is var contraction && contraction > start) return contraction;
        var classes = At(text, start, out var width);
        if ((classes & wordClasses) != 0) return SkipWhile(text, start + width, wordClasses);
        if ((classes & Number) != 0) return SkipNumbers(text, start, digits);

        // One character that is neither letter, number nor line break may lead a word.
        var next = start + width;
        var following = next < text.Length ? At(text, next, out _) : Space;
        if (c is not ('\r' or '\n') && (following & wordClasses) != 0) return SkipWhile(text, next, wordClasses);
        if ((classes & Space) == 0) return SymbolsEnd(text, next);
        return c == ' ' && next < text.Length && (following & (Space | Number)) == 0 ? SymbolsEnd(text, next) : SpaceOrLineEnd(text, start);
    }

    private int SymbolsEnd(ReadOnlySpan<char> text, int at)
    {
        at = SkipUntil(text, at, wordClasses | Letter | Number | Space);
        while (at < text.Length && text[at] is '\r' or '\n') at++;
        return at;
    }
}
