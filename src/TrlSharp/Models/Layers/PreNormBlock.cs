using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>x += attention(norm(x)); x += mlp(norm(x)): Llama and most others.</summary>
internal sealed class PreNormBlock(
    Func<Tensor, Tensor> attentionNorm, Func<Tensor, ForwardContext, Tensor> attention, Func<Tensor, Tensor> mlpNorm, Func<Tensor, ForwardContext, Tensor> mlp) : IBlock
{
    public Tensor Forward(Tensor x, ForwardContext context)
    {
        using var scope = NewDisposeScope();
        x = x.Plus(attention(attentionNorm(x), context)); // [T, D]
        return x.Plus(mlp(mlpNorm(x), context)).MoveToOuterDisposeScope(); // [T, D]
    }
}
