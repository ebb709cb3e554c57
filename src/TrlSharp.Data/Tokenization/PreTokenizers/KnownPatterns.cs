namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary>Regular expressions that have a hand-written scanner.</summary>
internal static class KnownPatterns
{
    /// <summary>The scanner for a pattern, or null.</summary>
    public static TextPattern? Find(string regex)
    {
        if (regex == Gpt2Scanner.Pattern) return new Gpt2Scanner();
        if (Cl100kScanner.Patterns.TryGetValue(regex, out var cl100k)) return new Cl100kScanner(cl100k.Digits, cl100k.WordClasses);
        return O200kScanner.Patterns.TryGetValue(regex, out var o200k) ? new O200kScanner(o200k.Digits, o200k.Contractions) : null;
    }
}
