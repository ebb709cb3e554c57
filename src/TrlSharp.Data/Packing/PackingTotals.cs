namespace TrlSharp.Packing;

/// <summary>What went into a packer and what came out: nothing leaves it uncounted.</summary>
public sealed record PackingTotals
{
    /// <summary>Sequences given.</summary>
    public long Sequences { get; internal set; }

    /// <summary>Sequences without a token; they are in no row.</summary>
    public long Empty { get; internal set; }

    /// <summary>Sequences of which something was cut off (<see cref="PackingStrategy.Bfd"/>).</summary>
    public long Truncated { get; internal set; }

    /// <summary>Sequences that stand in more than one piece (<see cref="PackingStrategy.BfdSplit"/>, <see cref="PackingStrategy.Wrapped"/>).</summary>
    public long Split { get; internal set; }

    /// <summary>First tokens that became targets because their document continues another (<see cref="PackingStrategy.Wrapped"/>).</summary>
    public long Joined { get; internal set; }

    /// <summary>Sequences that have their beginning in common with another one of the row (<see cref="PackingOptions.SharePrefixes"/>).</summary>
    public long Sharing { get; internal set; }

    /// <summary>Sequences that could have, but the row had no room for the whole tree.</summary>
    public long Apart { get; internal set; }

    /// <summary>Tokens that need not stand in the rows because another sequence has them: given = in the rows + shared.</summary>
    public long TokensShared { get; internal set; }

    /// <summary>Rows made.</summary>
    public long Rows { get; internal set; }

    /// <summary>Tokens given.</summary>
    public long TokensIn { get; internal set; }

    /// <summary>Tokens in the rows, shared ones once.</summary>
    public long TokensOut { get; internal set; }

    /// <summary>Σ weights given.</summary>
    public double WeightIn { get; internal set; }

    /// <summary>Σ weights in the rows. Differs only where something was cut (the first token of a piece has no predecessor to predict it) or joined.</summary>
    public double WeightOut { get; internal set; }

    /// <summary>Tokens per token of room, 1 when every row is full.</summary>
    public double Fill(int rowLength) => Rows == 0 ? 1 : TokensOut / ((double)Rows * rowLength);
}
