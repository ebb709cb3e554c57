using TrlSharp.Tokenization.Models;

namespace TrlSharp.Data.Tests.Tokenization;

public sealed class LongWordMergerTests
{
    /// <summary>Window by window against the whole word at once, for vocabularies of random merges over few letters, which make long chains.</summary>
    [Fact]
    public void Windows_give_the_tokens_of_the_whole_word()
    {
        var random = new SeededRandom(11);
        for (var round = 0; round < 60; round++)
        {
            var letters = 1 + random.Next(4);
            var merges = RandomMerges(random, letters, 1 + random.Next(60));
            var symbols = Enumerable.Range(0, 2000 + random.Next(9000)).Select(_ => random.Next(8) == 0 ? 0 : random.Next(letters)).ToArray();
            Assert.Equal(Merge(symbols, (buffers, n) => SymbolMerger.Merge(merges, buffers.Symbols, n)), Merge(symbols, (buffers, n) => LongWordMerger.Merge(merges, buffers, n)));
        }
    }

    [Fact]
    public void A_heap_gives_what_a_scan_gives()
    {
        var random = new SeededRandom(12);
        for (var round = 0; round < 300; round++)
        {
            var merges = RandomMerges(random, 3, 30);
            var symbols = Enumerable.Range(0, 97 + random.Next(100)).Select(_ => random.Next(3)).ToArray();
            Assert.Equal(Naive(merges, symbols), Merge(symbols, (buffers, n) => SymbolMerger.Merge(merges, buffers.Symbols, n)).Select(token => token.Id));
        }
    }

    /// <summary>Straight from the definition: the lowest rank, leftmost, until nothing merges.</summary>
    private static List<int> Naive(MergeTable merges, int[] symbols)
    {
        var word = symbols.ToList();
        while (true)
        {
            var best = Enumerable.Range(0, word.Count - 1).Select(i => (Rank: merges.Rank(word[i], word[i + 1]), At: i)).DefaultIfEmpty((MergeTable.None, 0)).Min();
            if (best.Item1 == MergeTable.None) return word;
            word[best.Item2] = merges.Merged(best.Item1);
            word.RemoveAt(best.Item2 + 1);
        }
    }

    private static List<(int Id, int Length)> Merge(int[] symbols, Func<ModelWorkspace, int, int> merge)
    {
        var workspace = new ModelWorkspace();
        workspace.Symbols.Reserve(symbols.Length);
        for (var i = 0; i < symbols.Length; i++) (workspace.Symbols.Ids[i], workspace.Symbols.Lengths[i]) = (symbols[i], 1);
        var count = merge(workspace, symbols.Length);
        return [.. Enumerable.Range(0, count).Select(i => (workspace.Symbols.Ids[i], workspace.Symbols.Lengths[i]))];
    }

    /// <summary>Each merge joins two tokens that exist already and makes a new one; ranks are shuffled, so parts may come after the whole.</summary>
    private static MergeTable RandomMerges(SeededRandom random, int letters, int count)
    {
        var pairs = new List<(int Left, int Right, int Merged)>();
        for (var id = letters; id < letters + count; id++) pairs.Add((random.Next(id), random.Next(id), id));
        var table = new MergeTable();
        foreach (var (left, right, merged) in pairs.OrderBy(_ => random.Next(3)).ThenBy(pair => pair.Merged)) table.Add(left, right, merged);
        return table;
    }
}
