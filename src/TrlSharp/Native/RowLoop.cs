using static TorchSharp.torch;

namespace TrlSharp.Native;

/// <summary>Work on independent rows, shared between as many threads as libtorch uses. Which thread computes a row never changes the result.</summary>
internal static class RowLoop
{
    /// <summary>Elements that are worth another thread: waking it costs about as much as this.</summary>
    private const long Grain = 1 << 16;

    /// <summary>Pieces for each thread: a thread that comes late takes fewer of them.</summary>
    private const int Pieces = 8;

    /// <param name="rows">How many.</param>
    /// <param name="elements">Elements of a row, for the decision to share.</param>
    /// <param name="body">Computes the rows from the first number to before the second.</param>
    public static void Run(long rows, long elements, Action<long, long> body)
    {
        var threads = Threads(rows, elements);
        var pieces = (int)Math.Min(rows, threads * Pieces);
        if (threads <= 1) body(0, rows);
        else WorkTeam.Run(pieces, threads, piece => body(rows * piece / pieces, rows * (piece + 1) / pieces));
    }

    /// <summary>How many threads the work is worth.</summary>
    public static int Threads(long rows, long elements) => (int)Math.Clamp(Math.Min(rows, rows * elements / Grain), 1, get_num_threads());
}
