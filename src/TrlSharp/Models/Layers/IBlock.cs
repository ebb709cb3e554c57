using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>A layer of a decoder: [T, D] → [T, D].</summary>
internal interface IBlock
{
    Tensor Forward(Tensor x, ForwardContext context);
}
