using System.Buffers;

namespace TrlSharp.Templates.Jinja.Text;

/// <summary>Memory in which a text is built. A thread keeps what it has used last, so that a render, which builds many small texts, allocates none.</summary>
internal sealed class LentMemory
{
    private const int FirstCharacters = 4096, FirstRuns = 128;
    private const int KeptCharacters = 64 << 10, KeptRuns = 2048, KeptBlocks = 8;
    private const int FastGrowth = 1 << 20;

    [ThreadStatic]
    private static LentMemory? _free;

    private LentMemory? _next;
    private int _kept; // blocks from this one on

    private LentMemory()
    {
    }

    public char[] Characters { get; private set; } = new char[FirstCharacters];

    public RenderedSpan[] Runs { get; private set; } = new RenderedSpan[FirstRuns];

    public static LentMemory Take()
    {
        if (_free is not { } free) return new();
        _free = free._next;
        return free;
    }

    /// <summary>Gives it back. Of the runs only origins stay behind, which are small and know no text.</summary>
    public void Return()
    {
        if (Characters.Length > KeptCharacters) ArrayPool<char>.Shared.Return(Characters);
        if (Runs.Length > KeptRuns) ArrayPool<RenderedSpan>.Shared.Return(Runs, clearArray: true);
        var kept = _free is { } free ? free._kept + 1 : 1;
        if (Characters.Length > KeptCharacters || Runs.Length > KeptRuns || kept > KeptBlocks) return;
        (_next, _kept, _free) = (_free, kept, this);
    }

    /// <summary>Room for more characters than there are.</summary>
    public char[] GrowCharacters(int used, int more)
    {
        var length = (int)Math.Min(Array.MaxLength, Math.Max((used < FastGrowth ? 4L : 2L) * used, (long)used + more));
        var larger = length > KeptCharacters ? ArrayPool<char>.Shared.Rent(length) : new char[length];
        Characters.AsSpan(0, used).CopyTo(larger);
        if (Characters.Length > KeptCharacters) ArrayPool<char>.Shared.Return(Characters);
        return Characters = larger;
    }

    /// <summary>Room for <paramref name="more"/> runs behind those that are <paramref name="used"/>.</summary>
    public RenderedSpan[] GrowRuns(int used, int more)
    {
        var length = Math.Max(2 * used, used + more);
        var larger = length > KeptRuns ? ArrayPool<RenderedSpan>.Shared.Rent(length) : new RenderedSpan[length];
        Runs.AsSpan(0, used).CopyTo(larger);
        if (Runs.Length > KeptRuns) ArrayPool<RenderedSpan>.Shared.Return(Runs, clearArray: true);
        return Runs = larger;
    }
}
