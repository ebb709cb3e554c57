namespace TrlSharp.Tokenization.Models;

/// <summary>A 4-ary min-heap in an array: the children of entry i are 4i + 1 … 4i + 4.</summary>
internal static class MergeHeap
{
    /// <summary>Orders the first <paramref name="count"/> entries as a heap, in O(count).</summary>
    public static void Build(Span<ulong> heap, int count)
    {
        if (count < 2) return;
        for (var i = (count - 2) / 4; i >= 0; i--) Sink(heap[..count], i, heap[i]);
    }

    /// <summary>Adds an entry; the array must have room for it.</summary>
    public static void Push(Span<ulong> heap, ref int count, ulong entry)
    {
        var at = count++;
        while (at > 0)
        {
            var parent = (at - 1) / 4;
            if (heap[parent] <= entry) break;
            heap[at] = heap[parent];
            at = parent;
        }

        heap[at] = entry;
    }

    /// <summary>Removes and returns the lowest entry.</summary>
    public static ulong Pop(Span<ulong> heap, ref int count)
    {
        var top = heap[0];
        var last = heap[--count];
        if (count > 0) Sink(heap[..count], 0, last);
        return top;
    }

    private static void Sink(Span<ulong> heap, int at, ulong entry)
    {
        while (true)
        {
            var child = 4 * at + 1;
            if (child >= heap.Length) break;
            var end = Math.Min(child + 4, heap.Length);
            for (var other = child + 1; other < end; other++)
                if (heap[other] < heap[child]) child = other;
            if (heap[child] >= entry) break;
            heap[at] = heap[child];
            at = child;
        }

        heap[at] = entry;
    }
}
