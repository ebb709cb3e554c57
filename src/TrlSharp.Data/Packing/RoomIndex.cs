using System.Numerics;

namespace TrlSharp.Packing;

/// <summary>
/// Open rows by their room. One queue per amount of room, and one bit per queue that is not empty, with a bit per 64 bits above that and so on: the
/// least room that is enough is found in log₆₄ steps.
/// </summary>
internal sealed class RoomIndex
{
    private readonly ulong[][] _levels;
    private readonly int[] _head;
    private readonly int[] _tail;
    private readonly List<int> _next = [];

    public RoomIndex(int capacity)
    {
        _head = new int[capacity + 1];
        _tail = new int[capacity + 1];
        var levels = new List<ulong[]>();
        for (var size = capacity + 1; levels.Count == 0 || size > 1;)
        {
            size = (size + 63) / 64;
            levels.Add(new ulong[size]);
        }

        _levels = [.. levels];
        Clear();
    }

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        foreach (var level in _levels) Array.Clear(level);
        Array.Fill(_head, -1);
        _next.Clear();
    }

    /// <summary>A row has this much room now. Rows are numbered from 0 in order of creation.</summary>
    public void Add(int row, int room)
    {
        if (row == _next.Count) _next.Add(-1);
        if (room == 0) return;
        _next[row] = -1;
        if (_head[room] < 0)
        {
            _head[room] = row;
            Mark(room);
        }
        else
        {
            _next[_tail[room]] = row;
        }

        _tail[room] = row;
    }

    /// <summary>Takes out the row with the least room of at least <paramref name="least"/>; of several the one that has waited longest.</summary>
    public bool TryTake(int least, out int row, out int room)
    {
        row = -1;
        room = Find(least);
        if (room < 0) return false;
        row = _head[room];
        _head[room] = _next[row];
        if (_head[room] < 0) Unmark(room);
        return true;
    }

    private void Mark(int room)
    {
        foreach (var level in _levels)
        {
            level[room >> 6] |= 1UL << (room & 63);
            room >>= 6;
        }
    }

    private void Unmark(int room)
    {
        foreach (var level in _levels)
        {
            level[room >> 6] &= ~(1UL << (room & 63));
            if (level[room >> 6] != 0) return;
            room >>= 6;
        }
    }

    /// <summary>The least marked room of at least <paramref name="least"/>, or −1.</summary>
    private int Find(int least)
    {
        for (var depth = 0; depth < _levels.Length; depth++)
        {
            var level = _levels[depth];
            if (least >> 6 >= level.Length) return -1;
            var bits = level[least >> 6] & (ulong.MaxValue << (least & 63));
            if (bits == 0)
            {
                least = (least >> 6) + 1;
                continue;
            }

            var found = (least & ~63) | BitOperations.TrailingZeroCount(bits);
            for (; depth > 0; depth--) found = (found << 6) | BitOperations.TrailingZeroCount(_levels[depth - 1][found]);
            return found;
        }

        return -1;
    }
}
