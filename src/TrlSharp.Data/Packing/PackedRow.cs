using TrlSharp.Sequences;

namespace TrlSharp.Packing;

/// <summary>Whole sequences that share one row of a batch. Positions restart and attention stops at each sequence.</summary>
/// <param name="Sequences">In order; each appears in exactly one row.</param>
public sealed record PackedRow(IReadOnlyList<TokenSequence> Sequences)
{
    private readonly int _length = Sequences.Sum(s => s.Length);

    /// <summary>How the tokens stand where sequences share their beginnings (<see cref="PackingOptions.SharePrefixes"/>); null where each stands whole.</summary>
    /// <exception cref="ArgumentException">Some sequence is not what stands on the way to its end.</exception>
    public PrefixTree? Tree
    {
        get;
        init => field = value?.Restores(Sequences) != false ? value : throw new ArgumentException("The tree is not one of these sequences.", nameof(value));
    }

    /// <summary>Tokens in the row: shared ones once.</summary>
    public int Length => Tree?.Length ?? _length;
}
