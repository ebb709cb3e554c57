using TrlSharp.Tokenization.Models;

namespace TrlSharp.Data.Tests.Tokenization;

public sealed class MergeTableTests
{
    /// <summary>Against a dictionary, while it grows and after it is frozen: small ids, large ids, pairs that are listed twice, pairs that are not there.</summary>
    [Theory]
    [InlineData(16, 300)]
    [InlineData(100_000, 300)]
    [InlineData(16, 20_000)]
    [InlineData(100_000, 20_000)]
    public void Answers_what_a_dictionary_answers(int expected, int count)
    {
        var random = new SeededRandom((ulong)(expected + count));
        var table = new MergeTable(expected);
        var known = new Dictionary<(int, int), (int Rank, int Merged)>();
        for (var rank = 0; rank < count; rank++)
        {
            var pair = (Id(random), Id(random));
            table.Add(pair.Item1, pair.Item2, rank + 7);
            known[pair] = (rank, rank + 7);
            if (rank % 1000 == 17) Compare();
        }

        Compare();
        table.Freeze();
        Compare();
        Assert.Equal(known.Count, table.InOrder().Length);
        Assert.Equal(known.OrderBy(merge => merge.Value.Rank).Select(merge => merge.Key), table.InOrder());

        void Compare()
        {
            foreach (var (pair, (rank, merged)) in known)
            {
                Assert.Equal(rank, table.Rank(pair.Item1, pair.Item2));
                Assert.Equal(merged, table.Merged(rank));
            }

            for (var i = 0; i < 1000; i++)
            {
                var pair = (Id(random), Id(random));
                Assert.Equal(known.TryGetValue(pair, out var merge) ? merge.Rank : MergeTable.None, table.Rank(pair.Item1, pair.Item2));
            }
        }
    }

    private static int Id(SeededRandom random) => random.Next(3) switch { 0 => random.Next(300), 1 => random.Next(2000), _ => MergeTable.IdLimit - 1 - random.Next(50) };
}
