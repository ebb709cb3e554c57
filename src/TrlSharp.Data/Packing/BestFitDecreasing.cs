using System.Runtime.InteropServices;

namespace TrlSharp.Packing;

/// <summary>Best fit decreasing chunk by chunk, laid out as TRL's <c>bfd</c> lays it out: rows in order of creation, pieces in order of placement.</summary>
internal sealed class BestFitDecreasing(int capacity)
{
    private readonly BestFitRows _rows = new(capacity);
    private readonly List<PackedPiece> _pending = [];
    private readonly List<PackedPiece> _placed = [];
    private readonly List<int> _starts = [0];

    /// <summary>A piece of the current chunk; empty ones are left out.</summary>
    public void Add(PackedPiece piece)
    {
        if (piece.Length > 0) _pending.Add(piece);
    }

    /// <summary>Packs the current chunk and begins the next, which shares no row with it.</summary>
    public void Flush()
    {
        var lengths = new int[_pending.Count];
        for (var i = 0; i < lengths.Length; i++) lengths[i] = _pending[i].Length;
        var rowOf = new int[lengths.Length];
        var sizes = new int[_rows.Assign(lengths, rowOf, out var placed)];
        foreach (var row in rowOf) sizes[row]++;
        var next = new int[sizes.Length];
        var offset = _placed.Count;
        for (var row = 0; row < next.Length; row++)
        {
            next[row] = offset;
            offset += sizes[row];
            _starts.Add(offset);
        }

        CollectionsMarshal.SetCount(_placed, offset);
        foreach (var key in placed)
        {
            var piece = (int)key;
            _placed[next[rowOf[piece]]++] = _pending[piece];
        }

        _pending.Clear();
    }

    /// <summary>Everything so far.</summary>
    public PackingPlan Plan() => new(_placed, _starts);
}
