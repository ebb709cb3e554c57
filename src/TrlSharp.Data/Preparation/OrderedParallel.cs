using System.Runtime.ExceptionServices;
using TrlSharp.Rows;

namespace TrlSharp.Preparation;

/// <summary>Work on a stream by several threads with the results in the order of the stream, and with bounded memory.</summary>
internal static class OrderedParallel
{
    /// <summary>Blocks per thread that are worked on, or wait, at one time: enough for the time in which the caller is busy with something larger, such as a window of the packer.</summary>
    private const int Ahead = 4;

    /// <summary><paramref name="work"/> of every row of a source, or of the fault in its place. Reading is part of the work where the format allows it.</summary>
    public static IEnumerable<TOut> OverRows<TOut>(IRowSource source, Func<Row?, DataException?, TOut> work, int threads) => threads <= 1
        ? Refusals.Interleave(source).Select(item => work(item.Row, item.Fault))
        : Select(RowBlocks.Of(source), block => block.Read().Select(item => work(item.Row, item.Fault)), threads);

    /// <summary>
    /// The results of every block, one after another. The thread of the caller is one of the <paramref name="threads"/>: instead of waiting it works on a block
    /// itself, because a thread more than there are processors is waited for by every collection of garbage. Faults of rows are results, so that the first one in
    /// the order of the stream is met first; should <paramref name="work"/> or the stream throw all the same, everything before comes first, and then the exception
    /// as it is.
    /// </summary>
    public static IEnumerable<TOut> Select<TIn, TOut>(IEnumerable<TIn> blocks, Func<TIn, IEnumerable<TOut>> work, int threads)
    {
        var workers = threads > 1 ? new TaskFactory(new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, threads - 1).ConcurrentScheduler) : null;
        using var source = blocks.GetEnumerator();
        var jobs = new Queue<Job<TIn, TOut>>();
        ExceptionDispatchInfo? broken = null;
        var more = true;
        try
        {
            for (Start(); jobs.Count > 0; Start())
            {
                if (!jobs.Peek().IsDone && TakeOne()) continue;
                var job = jobs.Dequeue();
                job.Wait();
                foreach (var result in job.Results) yield return result;
                job.Thrown?.Throw();
            }
        }
        finally
        {
            // Whoever stops early must not find the work still going on.
            foreach (var job in jobs) job.Abandon();
        }

        broken?.Throw();

        void Start()
        {
            while (more && jobs.Count < threads * Ahead)
            {
                try
                {
                    if (!(more = source.MoveNext())) return;
                }
                catch (Exception e)
                {
                    (more, broken) = (false, ExceptionDispatchInfo.Capture(e));
                    return;
                }

                var job = new Job<TIn, TOut>(source.Current, work);
                jobs.Enqueue(job);
                workers?.StartNew(job.TryRun);
            }
        }

        bool TakeOne()
        {
            foreach (var job in jobs)
                if (job.TryRun()) return true;
            return false;
        }
    }
}
