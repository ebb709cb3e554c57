using static TorchSharp.torch;

namespace TrlSharp.Models.Attention;

/// <summary>The projections of T tokens.</summary>
/// <param name="Query">[T, N, H]</param>
/// <param name="Key">[T, K, H]</param>
/// <param name="Value">[T, K, H]</param>
/// <param name="Gate">[T, N·H]: the output is multiplied by its sigmoid; null for no gate.</param>
internal readonly record struct QueryKeyValue(Tensor Query, Tensor Key, Tensor Value, Tensor? Gate = null);
