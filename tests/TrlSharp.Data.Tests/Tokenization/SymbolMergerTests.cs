using TrlSharp.Tokenization.Models;

namespace TrlSharp.Data.Tests.Tokenization;

public sealed class SymbolMergerTests
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1" ? 200_000 : 2_000;

    /// <summary>In blocks against the definition, for words that fill no block, one, or several.</summary>
    [Fact]
    public void Blocks_give_what_the_definition_gives()
    {
        var random = new SeededRandom(21);
        for (var round = 0; round < Rounds; round++)
        {
            var letters = 1 + random.Next(4);
            var merges = RandomMerges.Of(random, letters, 1 + random.Next(50));
            Compare(merges, [.. Enumerable.Range(0, 1 + random.Next(round % 4 == 0 ? 200 : 40)).Select(_ => random.Next(letters))]);
        }
    }

    /// <summary>About the longest word that is merged in blocks; the longer ones are merged with a heap.</summary>
    [Theory]
    [InlineData(SymbolMerger.MaxInBlocks - 1)]
    [InlineData(SymbolMerger.MaxInBlocks)]
    [InlineData(SymbolMerger.MaxInBlocks + 1)]
    public void The_longest_word_in_blocks_and_the_shortest_with_a_heap(int count)
    {
        var random = new SeededRandom((ulong)count);
        for (var round = 0; round < 6; round++)
        {
            var letters = 1 + (round % 3);
            Compare(RandomMerges.Of(random, letters, 30), [.. Enumerable.Range(0, count).Select(_ => random.Next(letters))]);
        }
    }

    private static void Compare(MergeTable merges, int[] word)
    {
        var buffer = new SymbolBuffer();
        buffer.Reserve(word.Length);
        for (var i = 0; i < word.Length; i++) (buffer.Ids[i], buffer.Lengths[i]) = (word[i], i + 1);
        var left = SymbolMerger.Merge(merges, buffer, word.Length);
        Assert.Equal(ByDefinition(merges, word), Enumerable.Range(0, left).Select(i => (buffer.Ids[i], buffer.Lengths[i])));
    }

    /// <summary>Straight from the definition: the lowest rank, leftmost, until nothing merges.</summary>
    private static List<(int Id, int Length)> ByDefinition(MergeTable merges, int[] symbols)
    {
        var word = symbols.Select((id, i) => (Id: id, Length: i + 1)).ToList();
        while (true)
        {
            var (rank, at) = (MergeTable.None, 0);
            for (var i = 0; i + 1 < word.Count; i++)
                if (merges.Rank(word[i].Id, word[i + 1].Id) is var found && found < rank) (rank, at) = (found, i);
            if (rank == MergeTable.None) return word;
            word[at] = (merges.Merged(rank), word[at].Length + word[at + 1].Length);
            word.RemoveAt(at + 1);
        }
    }
}
