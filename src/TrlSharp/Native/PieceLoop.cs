namespace TrlSharp.Native;

/// <summary>Numbered pieces of work of different sizes: every thread takes the next piece when it has done one. Which thread does a piece must not change its result.</summary>
internal static class PieceLoop
{
    /// <param name="pieces">How many.</param>
    /// <param name="threads">At most.</param>
    /// <param name="create">Makes what a thread works with.</param>
    /// <param name="run">Does a piece.</param>
    public static void Run<TWorker>(int pieces, int threads, Func<TWorker> create, Action<TWorker, int> run)
        where TWorker : IDisposable
    {
        if (pieces == 0) return;
        var next = -1;
        void Work()
        {
            using var worker = create();
            for (var piece = Interlocked.Increment(ref next); piece < pieces; piece = Interlocked.Increment(ref next)) run(worker, piece);
        }

        threads = Math.Min(threads, pieces);
        if (threads <= 1) Work();
        else WorkTeam.Run(threads, threads, _ => Work());
    }
}
