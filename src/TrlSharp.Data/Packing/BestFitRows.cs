namespace TrlSharp.Packing;

/// <summary>
/// Best fit decreasing in O(n log n): pieces by length, longest first and otherwise in their order; each goes to the row with the least room that is
/// enough, of those to the one that has had that room longest; else to a new row. The order of TRL's <c>bfd</c>, whose tree and queues these are in
/// another dress: one bit per amount of room, and linked queues in arrays.
/// </summary>
internal sealed class BestFitRows(int capacity)
{
    private readonly RoomIndex _rooms = new(capacity);

    /// <summary>Decides for pieces that share no row with those of another call.</summary>
    /// <param name="lengths">Tokens of each piece, up to the capacity; pieces without tokens are in no row.</param>
    /// <param name="rowOf">Receives the row of each, counted from 0; −1 for none.</param>
    /// <param name="placed">Receives the pieces in the order in which they were placed: the number of each in the lower half.</param>
    /// <returns>How many rows there are.</returns>
    public int Assign(ReadOnlySpan<int> lengths, Span<int> rowOf, out ReadOnlySpan<long> placed)
    {
        var keys = new long[lengths.Length];
        var count = 0;
        for (var i = 0; i < lengths.Length; i++)
        {
            rowOf[i] = -1;
            if (lengths[i] > 0) keys[count++] = ((long)(capacity - lengths[i]) << 32) | (uint)i;
        }

        placed = keys.AsSpan(0, count);
        keys.AsSpan(0, count).Sort();
        _rooms.Clear();
        var rows = 0;
        foreach (var key in placed)
        {
            var piece = (int)key;
            if (!_rooms.TryTake(lengths[piece], out var row, out var room)) (row, room) = (rows++, capacity);
            rowOf[piece] = row;
            _rooms.Add(row, room - lengths[piece]);
        }

        return rows;
    }
}
