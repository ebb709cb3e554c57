using static TorchSharp.torch;

namespace TrlSharp.Models;

/// <summary>Which experts a routed layer chose. T tokens, E experts, k chosen.</summary>
/// <param name="Logits">[T, E], before any softmax or sigmoid.</param>
/// <param name="Experts">int64 [T, k]</param>
/// <param name="Weights">[T, k]: what the experts' outputs are multiplied with.</param>
internal sealed record RouterDecision(Tensor Logits, Tensor Experts, Tensor Weights);
