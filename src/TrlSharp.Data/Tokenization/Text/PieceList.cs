namespace TrlSharp.Tokenization.Text;

/// <summary>Half-open ranges of a text, in order. Reused from call to call.</summary>
internal sealed class PieceList
{
    private int[] _bounds = new int[64];

    public int Count { get; private set; }

    public (int Start, int End) this[int index] => (_bounds[2 * index], _bounds[2 * index + 1]);

    public void Clear() => Count = 0;

    /// <summary>Adds a range; empty ranges too (a pattern can match nothing, and that cuts).</summary>
    public void Add(int start, int end)
    {
        if (2 * Count == _bounds.Length) Array.Resize(ref _bounds, _bounds.Length * 2);
        _bounds[2 * Count] = start;
        _bounds[2 * Count + 1] = end;
        Count++;
    }

    /// <summary>Moves the end of the last range.</summary>
    public void ExtendLast(int end) => _bounds[2 * Count - 1] = end;
}
