namespace TrlSharp.Packing;

/// <summary>How sequences are packed into rows.</summary>
public sealed record PackingOptions
{
    /// <summary>Tokens per row: the longest sequence that fits. Required.</summary>
    public required int RowLength { get; init; }

    /// <summary>Default <see cref="PackingStrategy.BestFit"/>.</summary>
    public PackingStrategy Strategy { get; init; } = PackingStrategy.BestFit;

    /// <summary>
    /// Sequences held while streaming. The fuller rows of a window leave it, the others are packed again with what follows. Default 16,384: over 99 % fill
    /// on chat lengths. TRL's strategies work in chunks of 1000 whatever this says.
    /// </summary>
    public int Window { get; init; } = 16_384;

    /// <summary>Every fault of these options.</summary>
    public IEnumerable<string> Problems()
    {
        if (RowLength < 1) yield return $"the row length is {RowLength}; it must be at least 1 token.";
        if (Window < 1) yield return $"the packing window is {Window}; it must hold at least 1 sequence.";
    }
}
