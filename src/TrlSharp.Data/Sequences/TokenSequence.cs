using TrlSharp.Rows;

namespace TrlSharp.Sequences;

/// <summary>
/// A training example in tokens. A weight belongs to <b>predicting</b> the token at the same index: 0 is context, 1 is trained, anything between or
/// above scales. Nothing is shifted here; the one shift is made when a batch is built.
/// </summary>
public sealed record TokenSequence
{
    /// <summary>Vocabulary ids.</summary>
    public required int[] Tokens { get; init; }

    /// <summary>As many as <see cref="Tokens"/>, finite and not negative; the first is 0, because nothing predicts it.</summary>
    public required float[] Weights { get; init; }

    /// <summary>The row of the data set.</summary>
    public required RowOrigin Origin { get; init; }

    /// <summary>0-based number among the examples that one row was split into.</summary>
    public int Part { get; init; }

    /// <summary>Number of tokens.</summary>
    public int Length => Tokens.Length;

    /// <summary>Tokens with a weight above 0.</summary>
    public int TrainedTokens => Weights.Length - WeightCounts.Of(Weights).Zeros;

    /// <summary>Σ weights: this example's share of the loss divisor.</summary>
    public double TargetWeight
    {
        get
        {
            // Nearly always they are all 0 or 1, and their sum is how many are 1.
            var (zeros, ones) = WeightCounts.Of(Weights);
            if (zeros + ones == Weights.Length) return ones;
            var sum = 0.0;
            foreach (var weight in Weights) sum += weight;
            return sum;
        }
    }
}
