using System.Runtime.ExceptionServices;

namespace TrlSharp.Preparation;

/// <summary>Work on a stream by several threads with the results in the order of the stream, and with bounded memory.</summary>
internal static class OrderedParallel
{
    /// <summary>Enough to keep threads busy between two meetings; few enough to hold in memory.</summary>
    private const int BatchSize = 1024;

    /// <summary>
    /// <paramref name="work"/> of every item. While a batch is worked on, the next one is read. Faults of rows are results, so that the first one in the order
    /// of the stream is met first; should <paramref name="work"/> throw all the same, the first exception in that order is thrown, as it is.
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
            var thrown = new ExceptionDispatchInfo?[batch.Count];
            try
            {
                Parallel.For(0, batch.Count, parallel, Work);
            }
            finally
            {
                // The enumerator may only be disposed of when nobody reads from it.
                Task.WaitAny(reading);
            }

            for (var i = 0; i < results.Length; i++)
            {
                thrown[i]?.Throw();
                yield return results[i];
            }

            next = reading.GetAwaiter().GetResult();

            void Work(int i)
            {
                try
                {
                    results[i] = work(batch[i]);
                }
                catch (Exception e)
                {
                    thrown[i] = ExceptionDispatchInfo.Capture(e);
                }
            }
        }
    }

    private static List<T> ReadBatch<T>(IEnumerator<T> source)
    {
        var batch = new List<T>(BatchSize);
        while (batch.Count < BatchSize && source.MoveNext()) batch.Add(source.Current);
        return batch;
    }
}
