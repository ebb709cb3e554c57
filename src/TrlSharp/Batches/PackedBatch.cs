using static TorchSharp.torch;

namespace TrlSharp.Batches;

/// <summary>
/// One micro-batch: sequences laid end to end, never padded. T tokens.
/// </summary>
/// <param name="Tokens">int64 [T]: what the model reads.</param>
/// <param name="Layout">Where sequences begin and end.</param>
/// <param name="Targets">int64 [T]: the token that position t predicts, already shifted; at the last position of a sequence 0 with weight 0.</param>
/// <param name="Weights">float32 [T]: weight of that prediction; 0 is context.</param>
/// <param name="TargetWeight">Σ weights, known without asking the device.</param>
public sealed record PackedBatch(Tensor Tokens, SequenceLayout Layout, Tensor Targets, Tensor Weights, double TargetWeight);
