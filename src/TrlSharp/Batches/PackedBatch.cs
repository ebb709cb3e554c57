using static TorchSharp.torch;

namespace TrlSharp.Batches;

/// <summary>
/// One micro-batch: sequences laid end to end, never padded. T tokens, of which n are trained.
/// </summary>
/// <param name="Tokens">int64 [T]: what the model reads.</param>
/// <param name="Layout">Where sequences begin and end.</param>
/// <param name="Trained">int64 [n]: the positions whose prediction has a weight above 0, sequence by sequence: ascending unless sequences share tokens, and then a position may be there more than once.</param>
/// <param name="Targets">int64 [n]: the token that each trained position predicts, already shifted.</param>
/// <param name="Weights">float32 [n]: weight of that prediction.</param>
/// <param name="Divisor">What this batch adds to the divisor of the loss: Σ weights, or whatever <see cref="LossNormalization"/> says.</param>
public sealed record PackedBatch(Tensor Tokens, SequenceLayout Layout, Tensor Trained, Tensor Targets, Tensor Weights, double Divisor)
{
    /// <summary>T.</summary>
    public int Length => Layout.Length;

    /// <summary>n.</summary>
    public int TrainedCount => (int)Trained.size(0);
}
