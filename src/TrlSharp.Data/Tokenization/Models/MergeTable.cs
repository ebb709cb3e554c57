using System.Numerics;
using System.Runtime.CompilerServices;

namespace TrlSharp.Tokenization.Models;

/// <summary>(left id, right id) → rank and merged id. A pair that the file lists twice keeps its last rank, as in the reference.</summary>
internal sealed class MergeTable
{
    /// <summary>What <see cref="Rank"/> answers for a pair that does not merge.</summary>
    public const int None = int.MaxValue;

    private const ulong Empty = ulong.MaxValue;
    private ulong[] _keys;
    private int[] _ranks;
    private int[] _merged;
    private int _shift;
    private int _count;

    public MergeTable(int expectedMerges = 1024)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, expectedMerges * 3 / 2));
        (_keys, _ranks) = NewTable(size);
        _shift = 64 - BitOperations.Log2((uint)size);
        _merged = new int[Math.Max(16, expectedMerges)];
    }

    /// <summary>Number of ranks, including those that a later duplicate replaced.</summary>
    public int RankCount { get; private set; }

    /// <summary>Appends a merge with the next rank.</summary>
    public void Add(int left, int right, int merged)
    {
        if (RankCount == _merged.Length) Array.Resize(ref _merged, _merged.Length * 2);
        _merged[RankCount] = merged;
        var key = Key(left, right);
        var slot = Slot(key);
        if (_keys[slot] == Empty) _count++;
        _keys[slot] = key;
        _ranks[slot] = RankCount++;
        if (_count * 4L > _keys.Length * 3L) Rehash();
    }

    /// <summary>The rank of a pair (lower merges first), or <see cref="None"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Rank(int left, int right)
    {
        var key = Key(left, right);
        var keys = _keys;
        var slot = (int)((key * 0x9E3779B97F4A7C15) >> _shift);
        while (true)
        {
            var found = keys[slot];
            if (found == key) return _ranks[slot];
            if (found == Empty) return None;
            slot = (slot + 1) & (keys.Length - 1);
        }
    }

    /// <summary>The id that a merge of this rank makes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Merged(int rank) => _merged[rank];

    /// <summary>The merges in order of rank, without the ranks that a duplicate replaced.</summary>
    public (int Left, int Right)[] InOrder()
    {
        var byRank = new ulong[RankCount];
        Array.Fill(byRank, Empty);
        for (var slot = 0; slot < _keys.Length; slot++)
            if (_keys[slot] != Empty) byRank[_ranks[slot]] = _keys[slot];
        return [.. byRank.Where(key => key != Empty).Select(key => ((int)(key >> 32), (int)(uint)key))];
    }

    /// <summary>Gives back what <see cref="Add"/> reserved in excess.</summary>
    public void Freeze() => Array.Resize(ref _merged, RankCount);

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private int Slot(ulong key)
    {
        var slot = (int)((key * 0x9E3779B97F4A7C15) >> _shift);
        while (_keys[slot] != Empty && _keys[slot] != key) slot = (slot + 1) & (_keys.Length - 1);
        return slot;
    }

    private void Rehash()
    {
        var (keys, ranks) = (_keys, _ranks);
        (_keys, _ranks) = NewTable(keys.Length * 2);
        _shift--;
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i] == Empty) continue;
            var slot = Slot(keys[i]);
            (_keys[slot], _ranks[slot]) = (keys[i], ranks[i]);
        }
    }

    private static (ulong[], int[]) NewTable(int size)
    {
        var keys = new ulong[size];
        Array.Fill(keys, Empty);
        return (keys, new int[size]);
    }
}
