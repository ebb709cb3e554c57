using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace TrlSharp.Tokenization.Models;

/// <summary>(left id, right id) → rank and merged id. A pair that the file lists twice keeps its last rank, as in the reference.</summary>
/// <remarks>
/// One 64-bit word per pair, 21 bits left, 21 right, 22 rank: a look-up touches one cache line. Most of encoding is look-ups of pairs that do not merge; of most of these a
/// filter of four bits per slot says so, which is small enough for the processor's nearer caches. Filling is optimized at once: it runs once, over before tiered compilation
/// would notice.
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

    /// <summary>The filter has 2² bits for each slot.</summary>
    private const int FilterBits = 2;

    /// <summary>Pairs of ids below 2⁸, in most vocabularies the symbols of the bytes, are looked up by index.</summary>
    private const int SmallBits = 8;
    private const int SmallPays = 4096;
    private const ulong Empty = ulong.MaxValue;
    private const ulong Mixer = 0x9E3779B97F4A7C15;

    private ulong[] _slots;
    private int[] _merged;
    private ulong[] _filter;
    private int[] _small = [];
    private uint _smallIds;
    private int _shift;
    private int _count;

    public MergeTable(int expectedMerges = 1024)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(expectedMerges, 16, RankLimit) * 2);
        _slots = NewSlots(size);
        _filter = new ulong[FilterWords(size)];
        _shift = 64 - BitOperations.Log2((uint)size);
        _merged = new int[Math.Clamp(expectedMerges, 16, RankLimit)];
    }

    /// <summary>Number of ranks, including those that a later duplicate replaced.</summary>
    public int RankCount { get; private set; }

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
        Admit(key);
        if (_count * 3L > _slots.Length * 2L) Rehash(_slots.Length * 2);
    }

    /// <summary>Asks the processor for the memory that <see cref="Add"/> of this pair will change.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int left, int right) => Prefetch(ref _slots[(int)((Key(left, right) * Mixer) >> _shift)]);

    /// <summary>Asks for what <see cref="Merged"/> will read if the merge is made: some merges from now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Expect(int rank)
    {
        Prefetch(ref _merged[rank]);
        return rank;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Prefetch<T>(ref T memory)
    {
        // Should the collector move the array now, the wrong memory is asked for; nothing is read from it.
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(ref memory));
    }

    /// <summary>The rank of a pair (lower merges first), or <see cref="None"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Rank(int left, int right)
    {
        if ((uint)(left | right) < _smallIds) return _small[(left << SmallBits) | right];
        var hash = Key(left, right) * Mixer;
        return MayMerge(hash) ? Find(Key(left, right), hash) : None;
    }

    /// <summary>The ranks of a symbol with its neighbours. Both look-ups are begun before the answer of either is waited for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (int Left, int Right) Ranks(int left, int middle, int right)
    {
        var (before, after) = (Key(left, middle) * Mixer, Key(middle, right) * Mixer);
        var (mayBefore, mayAfter) = (MayMerge(before), MayMerge(after));
        return (mayBefore ? Find(Key(left, middle), before) : None, mayAfter ? Find(Key(middle, right), after) : None);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool MayMerge(ulong hash)
    {
        var bit = hash >> (_shift - FilterBits);
        return (_filter[(int)(bit >> 6)] & (1UL << (int)bit)) != 0;
    }

    private int Find(ulong key, ulong hash)
    {
        var slots = _slots;
        var slot = (int)(hash >> _shift);
        while (true)
        {
            var found = slots[slot];
            if (found >> RankBits == key) return Expect((int)(found & (RankLimit - 1)));
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

    /// <summary>Call once after the last merge: gives back what <see cref="Add"/> reserved in excess, and makes the table of small ids.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Freeze()
    {
        Array.Resize(ref _merged, RankCount);
        var size = SizeFor(_count);
        if (size < _slots.Length) Rehash(size);
        if (_count < SmallPays) return;
        var small = new int[1 << (2 * SmallBits)];
        for (var i = 0; i < small.Length; i++) small[i] = Rank(i >> SmallBits, i & ((1 << SmallBits) - 1));
        (_small, _smallIds) = (small, 1 << SmallBits);
    }

    /// <summary>Between a third and two thirds of the slots are taken.</summary>
    private static int SizeFor(int count) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, (count * 3L / 2) + 1));

    private void Admit(ulong key)
    {
        var bit = (key * Mixer) >> (_shift - FilterBits);
        _filter[(int)(bit >> 6)] |= 1UL << (int)bit;
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 21) | (uint)right;

    private static (int Left, int Right) PairOf(ulong key) => ((int)(key >> 21), (int)(key & (IdLimit - 1)));

    private int Slot(ulong key)
    {
        var slot = (int)((key * Mixer) >> _shift);
        while (_slots[slot] != Empty && _slots[slot] >> RankBits != key) slot = (slot + 1) & (_slots.Length - 1);
        return slot;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Rehash(int size)
    {
        var old = _slots;
        (_slots, _filter, _shift) = (NewSlots(size), new ulong[FilterWords(size)], 64 - BitOperations.Log2((uint)size));
        foreach (var word in old)
        {
            if (word == Empty) continue;
            var key = word >> RankBits;
            _slots[Slot(key)] = word;
            Admit(key);
        }
    }

    private static int FilterWords(int slots) => Math.Max(1, slots >> (6 - FilterBits));

    private static ulong[] NewSlots(int size)
    {
        var slots = new ulong[size];
        Array.Fill(slots, Empty);
        return slots;
    }
}
