namespace TrlSharp.Training;

/// <summary>Which row comes when: a function of seed and epoch alone, so a resumed run finds its place without replaying anything.</summary>
internal sealed class RowOrder(IReadOnlyList<int> lengths, SamplingStrategy strategy, long seed, long? dataSeed, int groupSize)
{
    private const int LongestRunOfGroups = 50;

    /// <summary>The rows of an epoch in order.</summary>
    public int[] OfEpoch(int epoch) => strategy switch
    {
        SamplingStrategy.Random => new TorchRandom((dataSeed ?? seed) + epoch).Permutation(lengths.Count),
        SamplingStrategy.Sequential => [.. Enumerable.Range(0, lengths.Count)],
        _ => GroupedByLength(epoch),
    };

    /// <summary>
    /// transformers' LengthGroupedSampler: a permutation cut into stretches of many batches, each sorted from long to short, the longest row first of all. Its numbers come from the
    /// global generator, of which the data loader takes two at the start of every epoch.
    /// </summary>
    private int[] GroupedByLength(int epoch)
    {
        var random = new TorchRandom(seed);
        random.Skip(2);
        for (var passed = 0; passed < epoch; passed++)
        {
            random.Permutation(lengths.Count);
            random.Skip(2);
        }

        var order = random.Permutation(lengths.Count);
        var stretch = groupSize * Math.Max(1, Math.Min(lengths.Count / (groupSize * 4), LongestRunOfGroups));
        var stretches = order.Chunk(stretch).Select(rows => rows.OrderByDescending(row => lengths[row]).ToArray()).ToList(); // stable
        var longest = 0;
        for (var i = 1; i < stretches.Count; i++)
            if (lengths[stretches[i][0]] > lengths[stretches[longest][0]]) longest = i;
        (stretches[0][0], stretches[longest][0]) = (stretches[longest][0], stretches[0][0]);
        return [.. stretches.SelectMany(rows => rows)];
    }
}
