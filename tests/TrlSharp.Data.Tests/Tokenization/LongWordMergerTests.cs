using TrlSharp.Tokenization;
using TrlSharp.Tokenization.Models;

namespace TrlSharp.Data.Tests.Tokenization;

public sealed class LongWordMergerTests
{
    private static readonly bool IsNightly = Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1";

    /// <summary>Window by window against the whole word at once, for vocabularies of random merges over few letters, which make long chains.</summary>
    [Fact]
    public void Windows_give_the_tokens_of_the_whole_word()
    {
        var random = new SeededRandom(11);
        for (var round = 0; round < (IsNightly ? 6_000 : 60); round++)
        {
            var letters = 1 + random.Next(4);
            var merges = RandomMerges.Of(random, letters, 1 + random.Next(60));
            var symbols = Enumerable.Range(0, 1000 + random.Next(9000)).Select(_ => random.Next(8) == 0 ? 0 : random.Next(letters)).ToArray();
            Compare(merges, symbols, random);
        }
    }

    /// <summary>Runs and repeated patterns with disturbances: windows that are alike, and windows that are nearly so.</summary>
    [Fact]
    public void Runs_and_repeated_patterns()
    {
        var random = new SeededRandom(12);
        for (var round = 0; round < (IsNightly ? 4_000 : 40); round++)
        {
            var letters = 1 + random.Next(3);
            var merges = RandomMerges.Of(random, letters, 1 + random.Next(40));
            var pattern = Enumerable.Range(0, 1 + random.Next(5)).Select(_ => random.Next(letters)).ToArray();
            var symbols = Enumerable.Range(0, 9000).Select(i => random.Next(4000) == 0 ? 0 : pattern[i % pattern.Length]).ToArray();
            Compare(merges, symbols, random);
        }
    }

    private static void Compare(MergeTable merges, int[] symbols, SeededRandom random)
    {
        var bytes = symbols.Select(symbol => (byte)(200 + symbol)).ToArray();
        var byteSymbols = Enumerable.Range(0, 256).Select(b => b - 200).ToArray();
        Assert.Equal(Whole(merges, symbols, [.. symbols.Select(_ => 1)]), Windows(merges, new WordSymbols(bytes, byteSymbols)));
        var lengths = symbols.Select(_ => 1 + random.Next(3)).ToArray();
        Assert.Equal(Whole(merges, symbols, lengths), Windows(merges, new WordSymbols(symbols, lengths)));
    }

    private static List<EncodedToken> Windows(MergeTable merges, WordSymbols word)
    {
        // What is in the list already stays, and does not shift the word's own ranges.
        List<EncodedToken> tokens = [new(7, 0, 5)];
        LongWordMerger.Merge(merges, word, new ModelWorkspace(), tokens);
        Assert.Equal(new EncodedToken(7, 0, 5), tokens[0]);
        return tokens[1..];
    }

    private static List<EncodedToken> Whole(MergeTable merges, int[] symbols, int[] lengths)
    {
        var buffer = new SymbolBuffer();
        buffer.Reserve(symbols.Length);
        symbols.CopyTo(buffer.Ids, 0);
        lengths.CopyTo(buffer.Lengths, 0);
        var tokens = new List<EncodedToken>();
        buffer.Emit(SymbolMerger.Merge(merges, buffer, symbols.Length), tokens, 0);
        return tokens;
    }
}
