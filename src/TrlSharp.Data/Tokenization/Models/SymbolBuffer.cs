using System.Runtime.InteropServices;

namespace TrlSharp.Tokenization.Models;

/// <summary>The symbols of a word while they are merged, in parallel arrays that are reused.</summary>
internal sealed class SymbolBuffer
{
    /// <summary>Pairs in a block.</summary>
    public const int Block = 32;

    private ulong[] _heap = [];

    /// <summary>Vocabulary ids.</summary>
    public int[] Ids { get; private set; } = new int[256];

    /// <summary>Lengths in bytes.</summary>
    public int[] Lengths { get; private set; } = new int[256];

    /// <summary>For the Unigram model: where the best token that ends at each byte begins.</summary>
    public int[] Starts { get; private set; } = [];

    /// <summary>For words that are merged in blocks: the pair that starts at each symbol, as one number.</summary>
    public uint[] Pairs { get; } = new uint[Block * Block];

    /// <summary>The lowest of each block of <see cref="Pairs"/>.</summary>
    public uint[] Lows { get; } = new uint[Block];

    /// <summary>Neighbours in words that are merged in blocks.</summary>
    public SymbolLink[] Links { get; } = new SymbolLink[Block * Block];

    public int[] Previous { get; private set; } = [];

    public int[] Next { get; private set; } = [];

    /// <summary>Room for this many symbols; ids and lengths that are there stay.</summary>
    public void Reserve(int count)
    {
        if (Ids.Length >= count) return;
        var size = Math.Max(count, Ids.Length * 2);
        (Ids, Lengths) = (Resized(Ids, size), Resized(Lengths, size));
    }

    /// <summary>Room for the starts of this many tokens.</summary>
    public void ReserveStarts(int count)
    {
        if (Starts.Length < count) Starts = new int[Math.Max(count, Starts.Length * 2)];
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

    /// <summary>Adds the first symbols to tokens, with their ranges in bytes from <paramref name="start"/> on.</summary>
    public void Emit(int count, List<EncodedToken> tokens, int start)
    {
        var first = tokens.Count;
        CollectionsMarshal.SetCount(tokens, first + count);
        var target = CollectionsMarshal.AsSpan(tokens)[first..];
        var ids = Ids.AsSpan(0, target.Length);
        var lengths = Lengths.AsSpan(0, target.Length);
        for (var i = 0; i < target.Length; i++) target[i] = new EncodedToken(ids[i], start, start += lengths[i]);
    }

    /// <summary>Gives back arrays that one huge text made grow beyond <paramref name="limit"/> entries.</summary>
    public void TrimExcess(int limit)
    {
        if (Ids.Length > limit) (Ids, Lengths) = (new int[256], new int[256]);
        if (Starts.Length > limit) Starts = [];
        if (Next.Length > limit) (Previous, Next) = ([], []);
        if (_heap.Length > limit) _heap = [];
    }

    private static int[] Resized(int[] array, int size)
    {
        Array.Resize(ref array, size);
        return array;
    }
}
