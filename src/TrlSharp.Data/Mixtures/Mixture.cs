namespace TrlSharp.Mixtures;

/// <summary>Several streams as one. No random numbers: the order follows from the sizes and weights alone.</summary>
public static class Mixture
{
    /// <summary>The items of all inputs with the number of the input they come from.</summary>
    /// <param name="inputs">At least one.</param>
    /// <param name="order">One after another, or by turns.</param>
    /// <param name="stop">When interleaving ends.</param>
    /// <param name="size">Size of an item: its tokens.</param>
    /// <exception cref="ConfigException">Weights, epochs or quotas are out of range; the message lists every fault.</exception>
    public static IEnumerable<(int Input, T Item)> Of<T>(IReadOnlyList<MixtureInput<T>> inputs, MixtureOrder order, MixtureStop stop, Func<T, long> size)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(size);
        var problems = inputs.SelectMany(i => i.Problems()).ToList();
        if (inputs.Count == 0) problems.Add("A mixture needs at least one source.");
        if (problems.Count > 0) throw new ConfigException(string.Join(Environment.NewLine, problems));
        return order == MixtureOrder.Concatenate
            ? inputs.SelectMany((input, i) => input.Items(size).Select(item => (i, item)))
            : Interleave(inputs, stop, size);
    }

    private static IEnumerable<(int Input, T Item)> Interleave<T>(IReadOnlyList<MixtureInput<T>> inputs, MixtureStop stop, Func<T, long> size)
    {
        var streams = inputs.Select(i => i.Items(size).GetEnumerator()).ToArray();
        var taken = new double[inputs.Count];
        var open = Enumerable.Repeat(true, inputs.Count).ToArray();
        var ended = new bool[inputs.Count];
        try
        {
            while (Next(inputs, taken, open) is >= 0 and var at)
            {
                if (streams[at].MoveNext())
                {
                    taken[at] += size(streams[at].Current);
                    yield return (at, streams[at].Current);
                    continue;
                }

                ended[at] = true;
                if (stop == MixtureStop.FirstEnds || (stop == MixtureStop.LastEnds && Array.TrueForAll(ended, e => e))) yield break;
                streams[at].Dispose();
                streams[at] = inputs[at].Items(size).GetEnumerator();
                // An input without any item can never catch up.
                open[at] = stop == MixtureStop.LastEnds && taken[at] > 0;
            }
        }
        finally
        {
            foreach (var stream in streams) stream.Dispose();
        }
    }

    /// <summary>The open stream that is farthest behind its share; of equals the first. −1 when none is open.</summary>
    private static int Next<T>(IReadOnlyList<MixtureInput<T>> inputs, double[] taken, bool[] open)
    {
        var next = -1;
        for (var i = 0; i < taken.Length; i++)
            if (open[i] && (next < 0 || taken[i] / inputs[i].Weight < taken[next] / inputs[next].Weight)) next = i;
        return next;
    }
}
