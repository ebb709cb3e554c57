using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TrlSharp.Tokenization.Models;

/// <summary>
/// Applies merges to a sequence of symbols: always the pair of lowest rank, the leftmost one among equals, until no pair merges.
/// </summary>
/// <remarks>
/// The pairs of a word of up to <see cref="MaxInBlocks"/> symbols are numbers, rank above position, so that the least number is the next merge. They lie in blocks of 32,
/// and so do the least of every block: a merge looks through one block of either kind with a few vector instructions, however long the word. Longer words
/// keep a heap of (rank, position), O(n log n); <see cref="LongWordMerger"/> spares them that by going window by window.
/// </remarks>
internal static class SymbolMerger
{
    /// <summary>The most symbols that are merged in blocks.</summary>
    public const int MaxInBlocks = SymbolBuffer.Block * SymbolBuffer.Block;

    private const int BlockBits = 5;
    private const int PositionBits = 2 * BlockBits;

    /// <summary>A pair that does not merge has a number from here on: <see cref="MergeTable.None"/> shifted, above every rank.</summary>
    private const uint NoMerge = uint.MaxValue << PositionBits;

    /// <summary>Merges the first <paramref name="count"/> symbols in place and returns how many are left.</summary>
    public static int Merge(MergeTable merges, SymbolBuffer symbols, int count) =>
        count < 2 ? count : count <= MaxInBlocks ? InBlocks(merges, symbols, count) : WithHeap(merges, symbols, count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int InBlocks(MergeTable merges, SymbolBuffer symbols, int count)
    {
        var (ids, lengths, links) = (symbols.Ids, symbols.Lengths, symbols.Links);
        ref var pairs = ref MemoryMarshal.GetArrayDataReference(symbols.Pairs);
        ref var lows = ref MemoryMarshal.GetArrayDataReference(symbols.Lows);
        var blocks = Fill(merges, symbols, count);
        for (var lowest = blocks == 1 ? lows : Lowest(ref lows); lowest < NoMerge;)
        {
            var at = (int)(lowest & (MaxInBlocks - 1));
            var right = links[at].Next;
            var (before, after) = (links[at].Previous, links[right].Next);
            var merged = merges.Merged((int)(lowest >> PositionBits));
            ids[at] = merged;
            lengths[at] += lengths[right];
            links[at].Next = after;
            if (after < count) links[after].Previous = (short)at;
            var (pairBefore, pair) = (NoMerge, NoMerge);
            if (before >= 0 && after < count)
            {
                var (rankBefore, rank) = merges.Ranks(ids[before], merged, ids[after]);
                (pairBefore, pair) = (Pair(rankBefore, before), Pair(rank, at));
            }
            else if (before >= 0) pairBefore = Pair(merges.Rank(ids[before], merged), before);
            else if (after < count) pair = Pair(merges.Rank(merged, ids[after]), at);
            var block = at >> BlockBits;
            var first = block << BlockBits;
            var low = Set(ref Unsafe.Add(ref pairs, first), right - first, NoMerge, before - first, pairBefore, at - first, pair);
            if (blocks == 1)
            {
                lowest = low;
                continue;
            }

            // What is not of this block had no effect above.
            if (right >> BlockBits != block) SetElsewhere(ref pairs, ref lows, right, NoMerge);
            if (before >= 0 && before >> BlockBits != block) SetElsewhere(ref pairs, ref lows, before, pairBefore);
            lowest = Set(ref lows, block, low);
        }

        var left = 0;
        for (var i = 0; i < count; i = links[i].Next) (ids[left], lengths[left++]) = (ids[i], lengths[i]);
        return left;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Fill(MergeTable merges, SymbolBuffer symbols, int count)
    {
        var (ids, pairs, links) = (symbols.Ids, symbols.Pairs, symbols.Links);
        var blocks = (count + SymbolBuffer.Block - 1) >> BlockBits;
        for (var i = 0; i + 1 < count; i++)
        {
            pairs[i] = Pair(merges.Rank(ids[i], ids[i + 1]), i);
            links[i] = new SymbolLink((short)(i - 1), (short)(i + 1));
        }

        links[count - 1] = new SymbolLink((short)(count - 2), (short)count);
        pairs.AsSpan((count - 1)..(blocks << BlockBits)).Fill(NoMerge);
        symbols.Lows.AsSpan().Fill(NoMerge);
        for (var i = 0; i < count; i += SymbolBuffer.Block) Refresh(ref pairs[0], ref symbols.Lows[0], i);
        return blocks;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Pair(int rank, int position) => ((uint)rank << PositionBits) | (uint)position;

    /// <summary>Finds the lowest pair of the block of a position again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Refresh(ref uint pairs, ref uint lows, int position) =>
        Unsafe.Add(ref lows, position >> BlockBits) = Lowest(ref Unsafe.Add(ref pairs, position & -SymbolBuffer.Block));

    /// <summary>Sets a pair, and the lowest of its block.</summary>
    private static void SetElsewhere(ref uint pairs, ref uint lows, int position, uint pair)
    {
        var block = position >> BlockBits;
        Set(ref lows, block, Set(ref Unsafe.Add(ref pairs, block << BlockBits), position - (block << BlockBits), pair));
    }

    /// <summary>
    /// Sets one number of a block and returns the least of all. The block is read and written as vectors only: a vector read of what has just been written as a
    /// number would have to wait until it is in the cache.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Set(ref uint block, int at, uint number)
    {
        var (place, value) = (Vector256.Create((uint)at), Vector256.Create(number));
        return Least(
            Stored(ref block, 0, With(Vector256.LoadUnsafe(ref block), 0, place, value)),
            Stored(ref block, 8, With(Vector256.LoadUnsafe(ref block, 8), 8, place, value)),
            Stored(ref block, 16, With(Vector256.LoadUnsafe(ref block, 16), 16, place, value)),
            Stored(ref block, 24, With(Vector256.LoadUnsafe(ref block, 24), 24, place, value)));
    }

    /// <summary>Sets three numbers of a block, of which those outside of it are left out, and returns the least of all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Set(ref uint block, int at1, uint number1, int at2, uint number2, int at3, uint number3)
    {
        var (place1, value1) = (Vector256.Create((uint)at1), Vector256.Create(number1));
        var (place2, value2) = (Vector256.Create((uint)at2), Vector256.Create(number2));
        var (place3, value3) = (Vector256.Create((uint)at3), Vector256.Create(number3));
        return Least(
            Stored(ref block, 0, With(With(With(Vector256.LoadUnsafe(ref block), 0, place1, value1), 0, place2, value2), 0, place3, value3)),
            Stored(ref block, 8, With(With(With(Vector256.LoadUnsafe(ref block, 8), 8, place1, value1), 8, place2, value2), 8, place3, value3)),
            Stored(ref block, 16, With(With(With(Vector256.LoadUnsafe(ref block, 16), 16, place1, value1), 16, place2, value2), 16, place3, value3)),
            Stored(ref block, 24, With(With(With(Vector256.LoadUnsafe(ref block, 24), 24, place1, value1), 24, place2, value2), 24, place3, value3)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> With(Vector256<uint> numbers, uint first, Vector256<uint> place, Vector256<uint> value) =>
        Vector256.ConditionalSelect(Vector256.Equals(Vector256<uint>.Indices + Vector256.Create(first), place), value, numbers);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Stored(ref uint block, nuint at, Vector256<uint> numbers)
    {
        numbers.StoreUnsafe(ref block, at);
        return numbers;
    }

    /// <summary>The least of a block of numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Lowest(ref uint block) => Least(
        Vector256.LoadUnsafe(ref block), Vector256.LoadUnsafe(ref block, 8), Vector256.LoadUnsafe(ref block, 16), Vector256.LoadUnsafe(ref block, 24));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Least(Vector256<uint> a, Vector256<uint> b, Vector256<uint> c, Vector256<uint> d)
    {
        var lanes = Vector256.Min(Vector256.Min(a, b), Vector256.Min(c, d));
        var half = Vector128.Min(lanes.GetLower(), lanes.GetUpper());
        half = Vector128.Min(half, Vector128.Shuffle(half, Vector128.Create(2u, 3u, 0u, 1u)));

        // No comparison of the last two: which is less is anyone's guess, the processor's, too.
        return Vector128.Min(half, Vector128.Shuffle(half, Vector128.Create(1u, 0u, 3u, 2u))).ToScalar();
    }

    private static int WithHeap(MergeTable merges, SymbolBuffer symbols, int count)
    {
        symbols.ReserveLinks(count);
        var (ids, lengths, previous, next) = (symbols.Ids, symbols.Lengths, symbols.Previous, symbols.Next);
        var heap = symbols.Heap(count);
        var queued = 0;
        for (var i = 0; i < count; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1 < count ? i + 1 : -1);
            if (i + 1 == count) break;
            var rank = merges.Rank(ids[i], ids[i + 1]);
            if (rank != MergeTable.None) heap[queued++] = Entry(rank, i);
        }

        MergeHeap.Build(heap, queued);
        while (queued > 0)
        {
            var top = MergeHeap.Pop(heap, ref queued);
            var (rank, at) = ((int)(top >> 32), (int)(uint)top);
            var right = lengths[at] < 0 ? -1 : next[at];

            // The pair may have changed since it was queued.
            if (right < 0 || merges.Rank(ids[at], ids[right]) != rank) continue;
            ids[at] = merges.Merged(rank);
            lengths[at] += lengths[right];
            lengths[right] = -1;
            next[at] = next[right];
            if (next[at] >= 0) previous[next[at]] = at;
            heap = symbols.Heap(queued + 2);
            Queue(merges, ids, previous[at], at, heap, ref queued);
            Queue(merges, ids, at, next[at], heap, ref queued);
        }

        var left = 0;
        for (var i = 0; i >= 0; i = next[i]) (ids[left], lengths[left++]) = (ids[i], lengths[i]);
        return left;
    }

    private static void Queue(MergeTable merges, int[] ids, int left, int right, ulong[] heap, ref int queued)
    {
        if (left < 0 || right < 0) return;
        var rank = merges.Rank(ids[left], ids[right]);
        if (rank != MergeTable.None) MergeHeap.Push(heap, ref queued, Entry(rank, left));
    }

    private static ulong Entry(int rank, int position) => ((ulong)(uint)rank << 32) | (uint)position;
}
