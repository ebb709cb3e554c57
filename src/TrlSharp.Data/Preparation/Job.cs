using System.Runtime.ExceptionServices;

namespace TrlSharp.Preparation;

/// <summary>Work on one block, done by whichever thread comes first.</summary>
internal sealed class Job<TIn, TOut>(TIn block, Func<TIn, IEnumerable<TOut>> work)
{
    private readonly TaskCompletionSource _done = new();
    private int _taken;

    /// <summary>What came of it; complete when it is done.</summary>
    public List<TOut> Results { get; } = [];

    /// <summary>What ended it early.</summary>
    public ExceptionDispatchInfo? Thrown { get; private set; }

    public bool IsDone => _done.Task.IsCompleted;

    /// <summary>Does the work, unless another thread has begun it.</summary>
    public bool TryRun()
    {
        if (Interlocked.Exchange(ref _taken, 1) != 0) return false;
        try
        {
            foreach (var result in work(block)) Results.Add(result);
        }
        catch (Exception e)
        {
            Thrown = ExceptionDispatchInfo.Capture(e);
        }

        _done.SetResult();
        return true;
    }

    public void Wait() => _done.Task.GetAwaiter().GetResult();

    /// <summary>Sees to it that the work is not begun any more; what has begun is waited for.</summary>
    public void Abandon()
    {
        if (Interlocked.Exchange(ref _taken, 1) != 0) Wait();
    }
}
