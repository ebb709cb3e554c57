namespace TrlSharp.Packing;

/// <summary>
/// Best fit decreasing in O(n log n): pieces by length, longest first and otherwise in their order; each goes to the row with the least room that is
/// enough, of those to the one that has had that room longest; else to a new row. The order of TRL's <c>bfd</c>, whose tree and queues these are in
/// another dress: one bit per amount of room, and linked queues in arrays.
/// </summary>
internal sealed class BestFitDecreasing(int capacity)
{
    private readonly RoomIndex _rooms = new(capacity);
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
        var count = _pending.Count;
        var rowOf = new int[count];
        var sizes = new List<int>();
        var keys = new long[count];
        for (var i = 0; i < count; i++) keys[i] = ((long)(capacity - _pending[i].Length) << 32) | (uint)i;
        Array.Sort(keys);
        _rooms.Clear();
        foreach (var key in keys)
        {
            var piece = (int)key;
            var length = _pending[piece].Length;
            if (!_rooms.TryTake(length, out var row, out var room))
            {
                (row, room) = (sizes.Count, capacity);
                sizes.Add(0);
            }

            rowOf[piece] = row;
            sizes[row]++;
            _rooms.Add(row, room - length);
        }

        Lay(keys, rowOf, sizes);
        _pending.Clear();
    }

    /// <summary>Everything so far.</summary>
    public PackingPlan Plan() => new(_placed, _starts);

    /// <summary>Writes the pieces row by row, in order of placement within a row.</summary>
    private void Lay(long[] keys, int[] rowOf, List<int> sizes)
    {
        var next = new int[sizes.Count];
        var offset = _placed.Count;
        for (var row = 0; row < next.Length; row++)
        {
            next[row] = offset;
            offset += sizes[row];
            _starts.Add(offset);
        }

        System.Runtime.InteropServices.CollectionsMarshal.SetCount(_placed, offset);
        foreach (var key in keys)
        {
            var piece = (int)key;
            _placed[next[rowOf[piece]]++] = _pending[piece];
        }
    }
}
