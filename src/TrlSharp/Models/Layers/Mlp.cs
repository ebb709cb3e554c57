using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>out(act(in·x)). T tokens, D hidden size.</summary>
internal sealed class Mlp(Linear into, Linear outOf, Func<Tensor, Tensor> activation)
{
    /// <summary>[T, D] → [T, D]</summary>
    public Tensor Forward(Tensor x, ForwardContext context)
    {
        using var scope = NewDisposeScope();
        return outOf.Forward(activation(into.Forward(x))).MoveToOuterDisposeScope(); // [T, D]
    }
}
