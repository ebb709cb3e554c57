using System.Runtime.ExceptionServices;

namespace TrlSharp.Preparation;

/// <summary>Work on a stream by several threads with the results in the order of the stream, and with bounded memory.</summary>
internal static class OrderedParallel
{
    /// <summary>Enough that handing a batch over costs nothing; few enough that every thread has one.</summary>
    private const int BatchSize = 64;

    /// <summary>
    /// <paramref name="work"/> of every item. While the caller uses the results of one batch, the next ones are worked on. Faults of rows are results, so that
    /// the first one in the order of the stream is met first; should <paramref name="work"/> or the stream throw all the same, everything before comes first, and
    /// then the exception as it is.
    /// </summary>
    public static IEnumerable<TOut> Select<TIn, TOut>(IEnumerable<TIn> items, Func<TIn, TOut> work, int threads)
    {
        if (threads <= 1)
        {
            foreach (var item in items) yield return work(item);
            yield break;
        }

        using var source = items.GetEnumerator();
        var running = new Queue<Task<Batch<TOut>>>();
        ExceptionDispatchInfo? broken = null;
        var more = true;
        try
        {
            for (Start(); running.Count > 0;)
            {
                var batch = running.Dequeue().GetAwaiter().GetResult();
                Start();
                foreach (var result in batch.Results) yield return result;
                batch.Thrown?.Throw();
            }
        }
        finally
        {
            // Whoever stops early must not find the work still going on.
            Task.WaitAll(running);
        }

        broken?.Throw();

        void Start()
        {
            while (more && running.Count < threads)
            {
                var batch = new List<TIn>(BatchSize);
                try
                {
                    while (batch.Count < BatchSize && (more = source.MoveNext())) batch.Add(source.Current);
                }
                catch (Exception e)
                {
                    (more, broken) = (false, ExceptionDispatchInfo.Capture(e));
                }

                if (batch.Count > 0) running.Enqueue(Task.Run(() => Do(batch, work)));
            }
        }
    }

    private static Batch<TOut> Do<TIn, TOut>(List<TIn> items, Func<TIn, TOut> work)
    {
        var results = new List<TOut>(items.Count);
        try
        {
            foreach (var item in items) results.Add(work(item));
            return new(results, null);
        }
        catch (Exception e)
        {
            return new(results, ExceptionDispatchInfo.Capture(e));
        }
    }

    private sealed record Batch<TOut>(List<TOut> Results, ExceptionDispatchInfo? Thrown);
}
