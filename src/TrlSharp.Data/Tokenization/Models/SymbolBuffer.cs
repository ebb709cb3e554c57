namespace TrlSharp.Tokenization.Models;

/// <summary>The symbols of a word while they are merged, in parallel arrays that are reused.</summary>
internal sealed class SymbolBuffer
{
    private ulong[] _heap = [];

    /// <summary>Vocabulary ids.</summary>
    public int[] Ids { get; private set; } = new int[256];

    /// <summary>Lengths in bytes.</summary>
    public int[] Lengths { get; private set; } = new int[256];

    /// <summary>Rank of the pair that starts here; the Unigram model keeps where the best token begins.</summary>
    public int[] Ranks { get; private set; } = new int[256];

    public int[] Previous { get; private set; } = [];

    public int[] Next { get; private set; } = [];

    /// <summary>Room for this many symbols; ids and lengths that are there stay.</summary>
    public void Reserve(int count)
    {
        if (Ids.Length >= count) return;
        var size = Math.Max(count, Ids.Length * 2);
        (Ids, Lengths, Ranks) = (Resized(Ids, size), Resized(Lengths, size), new int[size]);
    }

    /// <summary>Room for this many links.</summary>
    public void ReserveLinks(int count)
    {
        if (Next.Length < count) (Previous, Next) = (new int[count], new int[count]);
    }

    /// <summary>Room for this many queued merges; what is queued stays.</summary>
    public ulong[] Heap(int length)
    {
        if (_heap.Length < length) Array.Resize(ref _heap, Math.Max(length, _heap.Length * 2));
        return _heap;
    }

    /// <summary>Gives back arrays that one huge text made grow beyond <paramref name="limit"/> entries.</summary>
    public void TrimExcess(int limit)
    {
        if (Ids.Length > limit) (Ids, Lengths, Ranks) = (new int[256], new int[256], new int[256]);
        if (Next.Length > limit) (Previous, Next) = ([], []);
        if (_heap.Length > limit) _heap = [];
    }

    private static int[] Resized(int[] array, int size)
    {
        Array.Resize(ref array, size);
        return array;
    }
}
