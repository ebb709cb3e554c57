namespace TrlSharp.Data.Tests;

public sealed class SeededRandomTests
{
    [Fact]
    public void The_sequence_is_that_of_the_published_generator()
    {
        // SplitMix64 with seed 1234567, from the reference implementation of its authors (also Rosetta Code's test vector).
        var random = new SeededRandom(1234567);
        ulong[] expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];
        Assert.Equal(expected, expected.Select(_ => random.NextUInt64()));
    }

    [Fact]
    public void Integers_are_uniform_and_in_range()
    {
        var random = new SeededRandom(1);
        var counts = new int[6];
        for (var i = 0; i < 60_000; i++) counts[random.Next(6)]++;
        Assert.All(counts, c => Assert.InRange(c, 9_500, 10_500));
    }

    [Fact]
    public void Parts_differ_and_do_not_depend_on_order()
    {
        var firsts = Enumerable.Range(0, 1000).Select(p => SeededRandom.ForPart(7, p).NextUInt64()).ToList();
        Assert.Equal(1000, firsts.Distinct().Count());
        Assert.Equal(firsts[17], SeededRandom.ForPart(7, 17).NextUInt64());
    }

    [Fact]
    public void A_shuffle_is_a_permutation_that_the_seed_decides()
    {
        int[] one = [.. Enumerable.Range(0, 100)], two = [.. one];
        new SeededRandom(3).Shuffle<int>(one);
        new SeededRandom(3).Shuffle<int>(two);
        Assert.Equal(one, two);
        Assert.NotEqual(Enumerable.Range(0, 100), one);
        Assert.Equal(Enumerable.Range(0, 100), one.Order());
    }
}
