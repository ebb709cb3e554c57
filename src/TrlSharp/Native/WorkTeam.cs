using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace TrlSharp.Native;

/// <summary>
/// Threads that take numbered pieces of work one by one, so that one which wakes late or which the machine keeps waiting delays nobody. Where work follows work within microseconds they wait for
/// it on the processor and not in the kernel: a token of a small model is some sixty products of 20 to 100 µs, and waking a thread takes as long. Who finds nothing to do for a while
/// sleeps. Which thread does a piece must not change its result.
/// </summary>
internal sealed class WorkTeam
{
    /// <summary>How long a helper looks for work that follows before it sleeps: longer than what lies between two products of a token.</summary>
    private static readonly long Patience = Stopwatch.Frequency / 5000;

    /// <summary>How long it does so without letting other threads go first: on a busy machine the one that waits for the processor may be the one that brings the work.</summary>
    private static readonly long Insistence = Stopwatch.Frequency / 20000;

    /// <summary>How long it looks for work where none is said to follow: libtorch's threads want the processor next.</summary>
    private static readonly long ShortPatience = Stopwatch.Frequency / 50000;

    private static readonly WorkTeam Shared = new();

    private readonly Lock _user = new();
    private readonly SemaphoreSlim _sleepers = new(0);
    private int _helpers;
    private int _sleeping;
    private Job? _current;

    private WorkTeam()
    {
    }

    /// <summary>Does all pieces, on this thread and at most <paramref name="threads"/> - 1 others; alone while another thread uses the team, or this one does. A piece that fails ends in its own exception here, after all others.</summary>
    /// <param name="pieces">How many.</param>
    /// <param name="threads">At most.</param>
    /// <param name="work">Does a piece.</param>
    /// <param name="followed">Whether more work for the team comes within a fraction of a millisecond, so that its threads stay awake for it.</param>
    public static void Run(int pieces, int threads, Action<int> work, bool followed = false)
    {
        var helpers = Math.Min(threads, pieces) - 1;
        if (helpers <= 0 || Shared._user.IsHeldByCurrentThread || !Shared._user.TryEnter())
        {
            var alone = new Job(pieces, 0, work, 0);
            alone.Work();
            alone.Wait();
            return;
        }

        try
        {
            Shared.Share(new(pieces, helpers, work, followed ? Patience : ShortPatience));
        }
        finally
        {
            Shared._user.Exit();
        }
    }

    private void Share(Job job)
    {
        for (; _helpers < job.Helpers; _helpers++) new Thread(Help) { IsBackground = true, Name = "pieces of work" }.Start();
        Volatile.Write(ref _current, job);
        Thread.MemoryBarrier(); // a helper that is about to sleep either sees the job or is counted
        if (Volatile.Read(ref _sleeping) is > 0 and var sleeping) _sleepers.Release(Math.Min(job.Helpers, sleeping));
        job.Work();
        job.Wait();
        Volatile.Write(ref _current, null);
    }

    private void Help()
    {
        Job? last = null;
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            if (Volatile.Read(ref _current) is { } job && job != last)
            {
                last = job;
                if (job.Joins()) job.Work();
                since = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetTimestamp() - since is var waited && waited < (last?.Patience ?? 0))
            {
                if (waited < Insistence || !Thread.Yield()) Thread.SpinWait(8);
            }
            else
            {
                Sleep(last);
                since = Stopwatch.GetTimestamp();
            }
        }
    }

    private void Sleep(Job? last)
    {
        Interlocked.Increment(ref _sleeping);
        if (Volatile.Read(ref _current) is not { } job || job == last) _sleepers.Wait();
        Interlocked.Decrement(ref _sleeping);
    }

    private sealed class Job(int pieces, int helpers, Action<int> work, long patience)
    {
        private int _next = -1;
        private int _done;
        private int _joined;
        private Exception? _failure;

        public int Helpers => helpers;

        /// <summary>How long its helpers look for other work when it is done.</summary>
        public long Patience => patience;

        public bool Joins() => Interlocked.Increment(ref _joined) <= helpers;

        public void Work()
        {
            for (var piece = Interlocked.Increment(ref _next); piece < pieces; piece = Interlocked.Increment(ref _next))
            {
                try
                {
                    work(piece);
                }
                catch (Exception e)
                {
                    _failure = e;
                }

                Interlocked.Increment(ref _done);
            }
        }

        /// <summary>Until every piece is done; a piece that another thread has begun may take that thread's next turn on the processor.</summary>
        public void Wait()
        {
            var wait = new SpinWait();
            while (Volatile.Read(ref _done) < pieces) wait.SpinOnce(sleep1Threshold: -1);
            if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
        }
    }
}
