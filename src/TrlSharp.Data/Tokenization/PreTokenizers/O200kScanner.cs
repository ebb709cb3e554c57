using static TrlSharp.Tokenization.Unicode.CharacterClasses;

namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary>
/// The pattern of GPT-4o (o200k), gpt-oss and Llama 4, and of Mistral's tekken without contractions: words break where lower case turns to
/// upper case.
/// </summary>
/// <param name="digits">How many numbers make a word: 1 or 3.</param>
/// <param name="contractions">Whether a word takes its contraction with it.</param>
internal sealed class O200kScanner(int digits, bool contractions) : WordScanner
{
    private const string Lead = @"[^\r\n\p{L}\p{N}]?";
    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]";
    private const string Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";
    private const string Contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?";
    private const string Tail = @"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>The patterns that this scanner stands for.</summary>
    public static readonly IReadOnlyDictionary<string, (int Digits, bool Contractions)> Patterns = new Dictionary<string, (int, bool)>(StringComparer.Ordinal)
    {
        [$"{Lead}{Upper}*{Lower}+{Contraction}|{Lead}{Upper}+{Lower}*{Contraction}|\\p{{N}}{{1,3}}{Tail}"] = (3, true),
        [$"{Lead}{Upper}*{Lower}+|{Lead}{Upper}+{Lower}*|\\p{{N}}{Tail}"] = (1, false),
    };

    public override int WordEnd(ReadOnlySpan<char> text, int start)
    {
        var classes = At(text, start, out var width);
        var c = text[start];
        if ((classes & (Letter | Number)) == 0 && c is not ('\r' or '\n') && CasedEnd(text, start + width, out var lower) is var led && led > 0)
        {
            // A leading mark is lower enough to be a word by itself, and that alternative comes before upper case with a lead.
            return Contracted(text, lower || (classes & Mark) == 0 ? led : start + width);
        }

        if ((classes & (UpperLike | LowerLike)) != 0) return Contracted(text, CasedEnd(text, start, out _));
        if ((classes & Number) != 0) return SkipNumbers(text, start, digits);
        if ((classes & Space) == 0) return SymbolsEnd(text, start + width);
        var next = start + 1;
        if (c != ' ' || next >= text.Length || (At(text, next, out _) & (Letter | Number | Space)) != 0) return SpaceOrLineEnd(text, start);
        return SymbolsEnd(text, next);
    }

    /// <summary>
    /// The end of <c>Upper*Lower+</c>, or else of <c>Upper+Lower*</c>, from <paramref name="start"/>; 0 when neither matches. The upper run
    /// is greedy, so lower characters begin at the first Ll after it, or else at the last character of the run that counts as both.
    /// </summary>
    private static int CasedEnd(ReadOnlySpan<char> text, int start, out bool lower)
    {
        lower = true;
        var (at, afterBoth) = (start, 0);
        while (at < text.Length && At(text, at, out var width) is var classes && (classes & UpperLike) != 0)
        {
            at += width;
            if ((classes & LowerLike) != 0) afterBoth = at;
        }

        if (at < text.Length && (At(text, at, out _) & LowerLike) != 0) return SkipWhile(text, at, LowerLike);
        if (afterBoth > 0) return afterBoth;
        lower = false;
        return at > start ? at : 0;
    }

    private int Contracted(ReadOnlySpan<char> text, int at) => contractions ? SkipContraction(text, at, anyCase: true) : at;

    private static int SymbolsEnd(ReadOnlySpan<char> text, int at)
    {
        at = SkipUntil(text, at, Letter | Number | Space);
        while (at < text.Length && text[at] is '\r' or '\n' or '/') at++;
        return at;
    }
}
