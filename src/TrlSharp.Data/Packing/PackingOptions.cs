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

    /// <summary>
    /// Whether examples that one conversation was split into stand in their row as a tree: what they begin with once, each continuation behind it. Loss and gradient
    /// are those of separate examples. Only with <see cref="PackingStrategy.BestFit"/>; models with convolutions or recurrent layers refuse such rows. Default false.
    /// </summary>
    public bool SharePrefixes { get; init; }

    /// <summary>Every fault of these options.</summary>
    public IEnumerable<string> Problems()
    {
        if (RowLength < 1) yield return $"the row length is {RowLength}; it must be at least 1 token.";
        if (Window < 1) yield return $"the packing window is {Window}; it must hold at least 1 sequence.";
        if (SharePrefixes && Strategy != PackingStrategy.BestFit) yield return $"beginnings are shared by whole examples, and {Strategy} cuts them; choose {nameof(PackingStrategy.BestFit)}, or share none.";
    }
}
