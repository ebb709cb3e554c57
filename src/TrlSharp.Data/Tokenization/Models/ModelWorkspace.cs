namespace TrlSharp.Tokenization.Models;

/// <summary>Buffers that a model works in, reused from piece to piece by one thread at a time.</summary>
internal sealed class ModelWorkspace
{
    private byte[] _bytes = new byte[512];
    private double[] _scores = [];

    /// <summary>The symbols of the current word.</summary>
    public SymbolBuffer Symbols { get; } = new();

    /// <summary>The symbols of a window of a very long word.</summary>
    public SymbolBuffer Window { get; } = new();

    /// <summary>The symbols of two neighbouring tokens of a very long word.</summary>
    public SymbolBuffer Pair { get; } = new();

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

    /// <summary>Gives back buffers that one huge text made grow.</summary>
    public void TrimExcess()
    {
        const int Keep = 1 << 20;
        if (_bytes.Length > Keep) _bytes = new byte[512];
        if (_scores.Length > Keep) _scores = [];
        Symbols.TrimExcess(Keep);
        Window.TrimExcess(Keep);
        Pair.TrimExcess(Keep);
    }
}
