namespace TrlSharp.Packing;

/// <summary>
/// Spreads rows over workers so that the slowest has little more to do than the others. The work of a row is what a transformer does with it: linear in
/// its tokens, and quadratic in the length of each sequence, because attention stops at sequences.
/// </summary>
public static class WorkBalance
{
    /// <summary>Relative work of a row: Σ n + n²/<paramref name="hidden"/>/6 over its sequences of n tokens (a block costs about 24·n·d² in products with weights and 4·n²·d in attention).</summary>
    public static double Work(PackedRow row, int hidden)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentOutOfRangeException.ThrowIfLessThan(hidden, 1);
        var work = 0.0;
        foreach (var sequence in row.Sequences) work += sequence.Length + ((double)sequence.Length * sequence.Length / hidden / 6);
        return work;
    }

    /// <summary>
    /// Row numbers for each of <paramref name="workers"/> workers: heaviest row first, always to the worker with least work so far, of equals the first
    /// (longest processing time; at most 4/3 of the best possible). Each list is ascending.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<int>> Spread(IReadOnlyList<PackedRow> rows, int workers, int hidden)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        var lots = Enumerable.Range(0, workers).Select(_ => new List<int>()).ToArray();
        var least = new PriorityQueue<int, (double Work, int Worker)>();
        for (var worker = 0; worker < workers; worker++) least.Enqueue(worker, (0, worker));
        foreach (var (work, row) in rows.Select((r, i) => (Work(r, hidden), i)).OrderByDescending(r => r.Item1).ThenBy(r => r.i))
        {
            least.TryDequeue(out var worker, out var load);
            lots[worker].Add(row);
            least.Enqueue(worker, (load.Work + work, worker));
        }

        foreach (var lot in lots) lot.Sort();
        return lots;
    }
}
