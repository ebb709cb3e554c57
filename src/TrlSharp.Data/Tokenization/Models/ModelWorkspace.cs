namespace TrlSharp.Tokenization.Models;

/// <summary>Buffers that a model works in, reused from piece to piece by one thread at a time.</summary>
internal sealed class ModelWorkspace
{
    private byte[] _bytes = new byte[512];
    private double[] _scores = [];
    private ulong[] _bits = [];
    private (int[] Ids, int[] Lengths) _candidates = ([], []);

    /// <summary>What the model found in the current piece.</summary>
    public List<EncodedToken> Tokens { get; } = [];

    /// <summary>The symbols of the current word.</summary>
    public SymbolBuffer Symbols { get; } = new();

    /// <summary>The symbols of a window of a very long word.</summary>
    public SymbolBuffer Window { get; } = new();

    /// <summary>The symbols of two neighbouring tokens of a very long word.</summary>
    public SymbolBuffer Pair { get; } = new();

    /// <summary>Merged tokens of a very long word.</summary>
    public List<MergedToken> Merged { get; } = [];

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

    /// <summary>A buffer of at least this many bits, all zero.</summary>
    public ulong[] Bits(int count)
    {
        var words = (count + 63) / 64;
        if (_bits.Length < words) _bits = new ulong[Math.Max(words, _bits.Length * 2)];
        else Array.Clear(_bits, 0, words);
        return _bits;
    }

    /// <summary>Room for this many tokens that may come next.</summary>
    public (int[] Ids, int[] Lengths) Candidates(int count)
    {
        if (_candidates.Ids.Length < count) _candidates = (new int[count], new int[count]);
        return _candidates;
    }

    /// <summary>Gives back buffers that one huge text made grow.</summary>
    public void TrimExcess()
    {
        const int Keep = 1 << 20;
        if (_bytes.Length > Keep) _bytes = new byte[512];
        if (_scores.Length > Keep) _scores = [];
        if (_bits.Length > Keep) _bits = [];
        Symbols.TrimExcess(Keep);
        Window.TrimExcess(Keep);
        Pair.TrimExcess(Keep);
        Trim(Tokens, Keep);
        Trim(Merged, Keep);
    }

    private static void Trim<T>(List<T> list, int limit)
    {
        if (list.Capacity <= limit) return;
        list.Clear();
        list.Capacity = 0;
    }
}
