using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace TrlSharp.Tokenization.Models;

/// <summary>(left id, right id) → rank and merged id. A pair that the file lists twice keeps its last rank, as in the reference.</summary>
/// <remarks>
/// One 64-bit word per pair, 21 bits left, 21 right, 22 rank: a look-up touches one cache line, and most of encoding is look-ups of pairs that do
/// not merge. Filling is optimized at once: it runs once, over before tiered compilation would notice.
/// </remarks>
internal sealed class MergeTable
{
    /// <summary>What <see cref="Rank"/> answers for a pair that does not merge.</summary>
    public const int None = int.MaxValue;

    /// <summary>Ids that can take part in merges are below this.</summary>
    public const int IdLimit = 1 << 21;

    /// <summary>The most merges.</summary>
    public const int RankLimit = 1 << RankBits;

    private const int RankBits = 22;
    private const ulong Empty = ulong.MaxValue;
    private const ulong Mixer = 0x9E3779B97F4A7C15;

    private ulong[] _slots;
    private int[] _merged;
    private int _shift;
    private int _count;

    public MergeTable(int expectedMerges = 1024)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(expectedMerges, 16, RankLimit) * 2);
        _slots = NewSlots(size);
        _shift = 64 - BitOperations.Log2((uint)size);
        _merged = new int[Math.Clamp(expectedMerges, 16, RankLimit)];
    }

    /// <summary>Number of ranks, including those that a later duplicate replaced.</summary>
    public int RankCount { get; private set; }

    /// <summary>Number of different pairs.</summary>
    public int Count => _count;

    /// <summary>The pairs, in no order.</summary>
    public IEnumerable<(int Left, int Right)> Pairs => _slots.Where(slot => slot != Empty).Select(slot => PairOf(slot >> RankBits));

    /// <summary>Appends a merge with the next rank.</summary>
    /// <exception cref="ModelFolderException">More merges or larger ids than the limits.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(int left, int right, int merged)
    {
        if (Math.Max(left, right) >= IdLimit || RankCount >= RankLimit - 1)
            throw new ModelFolderException($"Merge {RankCount} joins the ids {left} and {right}; TrlSharp reads up to {RankLimit - 1} merges of ids below {IdLimit}.");
        if (RankCount == _merged.Length) Array.Resize(ref _merged, _merged.Length * 2);
        _merged[RankCount] = merged;
        var key = Key(left, right);
        var slot = Slot(key);
        if (_slots[slot] == Empty) _count++;
        _slots[slot] = (key << RankBits) | (uint)RankCount++;
        if (_count * 3L > _slots.Length * 2L) Rehash();
    }

    /// <summary>Asks the processor for the memory that <see cref="Add"/> of this pair will change.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Prefetch(int left, int right)
    {
        // Should the collector move the array now, the wrong memory is asked for; nothing is read from it.
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(ref _slots[(int)((Key(left, right) * Mixer) >> _shift)]));
    }

    /// <summary>The rank of a pair (lower merges first), or <see cref="None"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Rank(int left, int right)
    {
        var key = Key(left, right);
        var slots = _slots;
        var slot = (int)((key * Mixer) >> _shift);
        while (true)
        {
            var found = slots[slot];
            if (found >> RankBits == key) return (int)(found & (RankLimit - 1));
            if (found == Empty) return None;
            slot = (slot + 1) & (slots.Length - 1);
        }
    }

    /// <summary>The id that a merge of this rank makes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Merged(int rank) => _merged[rank];

    /// <summary>The merges in order of rank, without the ranks that a duplicate replaced.</summary>
    public (int Left, int Right)[] InOrder()
    {
        var keys = _slots.Where(slot => slot != Empty).OrderBy(slot => slot & (RankLimit - 1)).Select(slot => slot >> RankBits);
        return [.. keys.Select(PairOf)];
    }

    /// <summary>Gives back what <see cref="Add"/> reserved in excess.</summary>
    public void Freeze() => Array.Resize(ref _merged, RankCount);

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 21) | (uint)right;

    private static (int Left, int Right) PairOf(ulong key) => ((int)(key >> 21), (int)(key & (IdLimit - 1)));

    private int Slot(ulong key)
    {
        var slot = (int)((key * Mixer) >> _shift);
        while (_slots[slot] != Empty && _slots[slot] >> RankBits != key) slot = (slot + 1) & (_slots.Length - 1);
        return slot;
    }

    private void Rehash()
    {
        var old = _slots;
        _slots = NewSlots(old.Length * 2);
        _shift--;
        foreach (var word in old)
            if (word != Empty) _slots[Slot(word >> RankBits)] = word;
    }

    private static ulong[] NewSlots(int size)
    {
        var slots = new ulong[size];
        Array.Fill(slots, Empty);
        return slots;
    }
}
