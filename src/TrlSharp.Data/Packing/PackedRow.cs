using TrlSharp.Sequences;

namespace TrlSharp.Packing;

/// <summary>Whole sequences that share one row of a batch. Positions restart and attention stops at each sequence.</summary>
/// <param name="Sequences">In order; each appears in exactly one row.</param>
public sealed record PackedRow(IReadOnlyList<TokenSequence> Sequences)
{
    /// <summary>Tokens in the row.</summary>
    public int Length { get; } = Sequences.Sum(s => s.Length);
}
