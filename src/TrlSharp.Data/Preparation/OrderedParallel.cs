namespace TrlSharp.Preparation;

/// <summary>Work on a stream by several threads with the results in the order of the stream, and with bounded memory.</summary>
internal static class OrderedParallel
{
    /// <summary>Enough to keep threads busy between two meetings; few enough to hold in memory.</summary>
    private const int BatchSize = 1024;

    /// <summary>
    /// <paramref name="work"/> of every item. While a batch is worked on, the next one is read. <paramref name="work"/> must not throw: it returns faults as
    /// results, so that the first one in the order of the stream is met first.
    /// </summary>
    public static IEnumerable<TOut> Select<TIn, TOut>(IEnumerable<TIn> items, Func<TIn, TOut> work, int threads)
    {
        if (threads <= 1)
        {
            foreach (var item in items) yield return work(item);
            yield break;
        }

        using var source = items.GetEnumerator();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
        var next = ReadBatch(source);
        while (next.Count > 0)
        {
            var batch = next;
            var reading = Task.Run(() => ReadBatch(source));
            var results = new TOut[batch.Count];
            try
            {
                Parallel.For(0, batch.Count, parallel, i => results[i] = work(batch[i]));
            }
            finally
            {
                // The enumerator may only be disposed of when nobody reads from it.
                Task.WaitAny(reading);
            }

            foreach (var result in results) yield return result;
            next = reading.GetAwaiter().GetResult();
        }
    }

    private static List<T> ReadBatch<T>(IEnumerator<T> source)
    {
        var batch = new List<T>(BatchSize);
        while (batch.Count < BatchSize && source.MoveNext()) batch.Add(source.Current);
        return batch;
    }
}
