using System.Globalization;
using System.Runtime.InteropServices;
using TrlSharp.Packing;
using TrlSharp.Sequences;
using static TorchSharp.torch;

namespace TrlSharp.Batches;

/// <summary>
/// Packed rows to tensors. Here, and nowhere else in the program, targets are shifted: position t of a sequence predicts its token t + 1, and
/// the last position of a sequence predicts nothing. Rows of a batch are laid end to end, so nothing is padded. Sequences that share tokens keep all their predictions:
/// a shared position is trained once for each of them, and where they part it has as many targets, so every sum over predictions is that of separate sequences.
/// </summary>
/// <param name="vocabularySize">V of the model: ids from 0 to V - 1 are allowed.</param>
/// <param name="normalization">What each batch adds to the loss divisor.</param>
public sealed class Collator(int vocabularySize, LossNormalization normalization)
{
    /// <summary>One batch from whole rows. Its tensors belong to the current dispose scope.</summary>
    /// <exception cref="DataException">A sequence is empty, has a weight too many or too few, a bad weight, or an id beyond the vocabulary.</exception>
    public PackedBatch Collate(params IEnumerable<PackedRow> rows)
    {
        var places = new TokenPlaces(rows, Check);
        var trained = new List<long>();
        var targets = new List<long>();
        var weights = new List<float>();
        var divisor = 0.0;
        var positions = new List<int>();
        for (var s = 0; s < places.Sequences.Count; s++)
        {
            var sequence = places.Sequences[s];
            var first = weights.Count;
            positions.Clear();
            for (var t = 0; t + 1 < sequence.Length; t++)
            {
                if (sequence.Weights[t + 1] == 0) continue;
                positions.Add(t);
                trained.Add(places.Of(s, t));
                targets.Add(sequence.Tokens[t + 1]);
                weights.Add(sequence.Weights[t + 1]);
            }

            divisor += Normalize(CollectionsMarshal.AsSpan(weights)[first..], CollectionsMarshal.AsSpan(positions));
        }

        return new(
            tensor(places.Tokens), // [T]
            places.Layout,
            tensor(trained.ToArray()), // [n]
            tensor(targets.ToArray()), // [n]
            tensor(weights.ToArray()), // [n]
            divisor);
    }

    /// <summary>Scales the weights of one sequence where the normalization wants it, and returns its share of the divisor.</summary>
    private double Normalize(Span<float> weights, ReadOnlySpan<int> positions)
    {
        if (weights.IsEmpty) return 0;
        switch (normalization.Name)
        {
            case "count": return weights.Length;
            case "example":
                Scale(weights);
                return 1;
            case "turn":
                var turns = 0;
                for (var start = 0; start < weights.Length; turns++)
                {
                    var end = start + 1;
                    while (end < weights.Length && positions[end] == positions[end - 1] + 1) end++;
                    Scale(weights[start..end]);
                    start = end;
                }

                return turns;
            default: return Sum(weights);
        }
    }

    private static void Scale(Span<float> weights)
    {
        var sum = Sum(weights);
        foreach (ref var weight in weights) weight = (float)(weight / sum);
    }

    private static double Sum(ReadOnlySpan<float> weights)
    {
        var sum = 0.0;
        foreach (var weight in weights) sum += weight;
        return sum;
    }

    /// <exception cref="DataException">As <see cref="Collate"/> would throw it.</exception>
    internal void Check(TokenSequence sequence)
    {
        if (sequence.Length == 0) throw Fault(sequence, "has no tokens");
        if (sequence.Weights.Length != sequence.Length)
            throw Fault(sequence, string.Create(CultureInfo.InvariantCulture, $"has {sequence.Length} tokens and {sequence.Weights.Length} weights; each token needs one"));
        if (sequence.Weights[0] != 0) throw Fault(sequence, "gives a weight to its first token, which nothing predicts; set it to 0");
        for (var t = 0; t < sequence.Length; t++)
        {
            if ((uint)sequence.Tokens[t] >= (uint)vocabularySize)
                throw Fault(sequence, string.Create(CultureInfo.InvariantCulture,
                    $"has the id {sequence.Tokens[t]} at position {t}, but the model's vocabulary ends at {vocabularySize - 1}; the tokenizer and the model do not belong together, or the embedding must be resized"));
            if (!(sequence.Weights[t] >= 0) || float.IsInfinity(sequence.Weights[t]))
                throw Fault(sequence, string.Create(CultureInfo.InvariantCulture, $"has the weight {sequence.Weights[t]} at position {t}; weights are finite and not negative"));
        }
    }

    private static DataException Fault(TokenSequence sequence, string what) => new($"{sequence.Origin}: this example {what}.");
}
