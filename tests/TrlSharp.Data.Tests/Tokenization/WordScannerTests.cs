using TrlSharp.Tokenization.PreTokenizers;
using TrlSharp.Tokenization.Regexes;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Data.Tests.Tokenization;

public sealed class WordScannerTests
{
    public static TheoryData<string> Patterns => [Gpt2Scanner.Pattern, .. Cl100kScanner.Patterns.Keys, .. O200kScanner.Patterns.Keys];

    /// <summary>The oracle is the second path: the same pattern, parsed and run by the regex engine.</summary>
    [Theory]
    [MemberData(nameof(Patterns))]
    public void A_scanner_cuts_as_its_pattern_does(string pattern)
    {
        var scanner = Assert.IsAssignableFrom<WordScanner>(KnownPatterns.Find(pattern));
        var regex = RegexPattern.Create(pattern, "test");
        foreach (var text in GeneratedTexts.Take(4000, seed: 7)) Assert.Equal(Cut(regex, text), Cut(scanner, text));
    }

    /// <summary>By hand from the pattern: the last space goes with the word, line breaks close a run, contractions ignore case.</summary>
    [Fact]
    public void Llama_3_words_of_a_small_text() =>
        Assert.Equal(["Don", "'T", "  ", " stop", "\n\n", " ", "\u00A0", "123", "45", "!!\n", "ok"], Words(KnownPatterns.Find(Cl100kScanner.Patterns.Keys.First())!, "Don'T   stop\n\n \u00A012345!!\nok"));

    private static string[] Words(TextPattern pattern, string text) => [.. Cut(pattern, text).Select(piece => text[piece.Start..piece.End])];

    private static List<(int Start, int End)> Cut(TextPattern pattern, string text)
    {
        var matches = new PieceList();
        pattern.FindAll(text, matches);
        return [.. Enumerable.Range(0, matches.Count).Select(i => matches[i])];
    }
}
