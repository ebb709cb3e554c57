using System.Numerics;

namespace TrlSharp.Tokenization.Models;

/// <summary>
/// Applies merges to a sequence of symbols: always the pair of lowest rank, the leftmost one among equals, until no pair merges.
/// </summary>
/// <remarks>
/// Short words scan for the lowest rank; longer ones keep a heap of (rank, position), O(n log n). Very long ones (<see cref="LongWordMerger"/>)
/// go window by window: a line of ten million letters is a word, too.
/// </remarks>
internal static class SymbolMerger
{
    private const int ScanLimit = 96;

    /// <summary>Merges the first <paramref name="count"/> symbols in place and returns how many are left.</summary>
    public static int Merge(MergeTable merges, SymbolBuffer symbols, int count) =>
        count < 2 ? count : count <= ScanLimit ? Scan(merges, symbols, count) : WithHeap(merges, symbols, count);

    private static int Scan(MergeTable merges, SymbolBuffer symbols, int count)
    {
        var ids = symbols.Ids.AsSpan(0, count);
        var lengths = symbols.Lengths.AsSpan(0, count);
        var ranks = symbols.Ranks.AsSpan(0, count);
        ranks[count - 1] = MergeTable.None;
        for (var i = 0; i + 1 < count; i++) ranks[i] = merges.Rank(ids[i], ids[i + 1]);
        while (count > 1)
        {
            var best = Lowest(ranks[..count]);
            if (best == MergeTable.None) break;
            var at = ranks.IndexOf(best);
            ids[at] = merges.Merged(best);
            lengths[at] += lengths[at + 1];
            ids[(at + 2)..count].CopyTo(ids[(at + 1)..]);
            lengths[(at + 2)..count].CopyTo(lengths[(at + 1)..]);
            ranks[(at + 2)..count].CopyTo(ranks[(at + 1)..]);
            count--;
            ranks[at] = at + 1 < count ? merges.Rank(ids[at], ids[at + 1]) : MergeTable.None;
            if (at > 0) ranks[at - 1] = merges.Rank(ids[at - 1], ids[at]);
        }

        return count;
    }

    private static int Lowest(ReadOnlySpan<int> ranks)
    {
        var (lowest, i) = (MergeTable.None, 0);
        if (ranks.Length >= Vector<int>.Count)
        {
            var lanes = new Vector<int>(ranks);
            for (i = Vector<int>.Count; i <= ranks.Length - Vector<int>.Count; i += Vector<int>.Count) lanes = Vector.Min(lanes, new Vector<int>(ranks[i..]));
            for (var lane = 0; lane < Vector<int>.Count; lane++) lowest = Math.Min(lowest, lanes[lane]);
        }

        for (; i < ranks.Length; i++) lowest = Math.Min(lowest, ranks[i]);
        return lowest;
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
