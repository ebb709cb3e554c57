namespace TrlSharp.Tokenization.Models;

/// <summary>Buffers that a model works in, reused from piece to piece by one thread at a time.</summary>
internal sealed class ModelWorkspace
{
    private byte[] _bytes = new byte[512];
    private double[] _scores = [];
    private ulong[] _heap = [];

    /// <summary>What the model found in the current piece.</summary>
    public List<EncodedToken> Tokens { get; } = [];

    /// <summary>Symbols of the current word: ids, lengths in bytes, ranks of the pair that starts here.</summary>
    public int[] Ids { get; private set; } = new int[256];

    public int[] Lengths { get; private set; } = new int[256];

    public int[] Ranks { get; private set; } = new int[256];

    public int[] Previous { get; private set; } = [];

    public int[] Next { get; private set; } = [];

    /// <summary>A buffer of at least this many bytes.</summary>
    public Span<byte> Bytes(int length)
    {
        if (_bytes.Length < length) _bytes = new byte[Math.Max(length, _bytes.Length * 2)];
        return _bytes;
    }

    /// <summary>A buffer of at least this many scores.</summary>
    public double[] Scores(int length)
    {
        if (_scores.Length < length) _scores = new double[Math.Max(length, _scores.Length * 2)];
        return _scores;
    }

    /// <summary>Room for this many queued merges; what is queued stays.</summary>
    public ulong[] Heap(int length)
    {
        if (_heap.Length < length) Array.Resize(ref _heap, Math.Max(length, _heap.Length * 2));
        return _heap;
    }

    /// <summary>Room for this many symbols; what is there stays.</summary>
    public void ReserveSymbols(int count)
    {
        if (Ids.Length >= count) return;
        var size = Math.Max(count, Ids.Length * 2);
        (Ids, Lengths, Ranks) = (Resized(Ids, size), Resized(Lengths, size), new int[size]);
    }

    /// <summary>Room for this many links.</summary>
    public void ReserveLinks(int count)
    {
        if (Next.Length >= count) return;
        (Previous, Next) = (new int[count], new int[count]);
    }

    /// <summary>Gives back buffers that one huge text made grow.</summary>
    public void TrimExcess()
    {
        const int Keep = 1 << 20;
        if (_bytes.Length > Keep) _bytes = new byte[512];
        if (_scores.Length > Keep) _scores = [];
        if (_heap.Length > Keep) _heap = [];
        if (Ids.Length > Keep) (Ids, Lengths, Ranks) = (new int[256], new int[256], new int[256]);
        if (Next.Length > Keep) (Previous, Next) = ([], []);
        if (Tokens.Capacity <= Keep) return;
        Tokens.Clear();
        Tokens.Capacity = 0;
    }

    private static int[] Resized(int[] array, int size)
    {
        Array.Resize(ref array, size);
        return array;
    }
}
