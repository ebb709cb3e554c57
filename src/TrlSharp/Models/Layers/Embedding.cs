using TrlSharp.Models.Weights;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>A table of vectors. V rows, D columns, T tokens.</summary>
/// <param name="weight">[V, D]</param>
/// <param name="paddingIndex">The row whose gradient is dropped, as <c>torch.nn.Embedding(padding_idx)</c> does; null for none.</param>
internal sealed class Embedding(NamedParameter weight, int? paddingIndex)
{
    public NamedParameter Weight => weight;

    /// <summary>int64 [T] → [T, D]</summary>
    public Tensor Forward(Tensor tokens) => Ops.Embedding(weight.Value, tokens, paddingIndex ?? -1); // [T, D]
}
