using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>x += norm(attention(x)); x += norm(mlp(x)): OLMo 2, EXAONE 4.</summary>
internal sealed class PostNormBlock(
    Func<Tensor, ForwardContext, Tensor> attention, Func<Tensor, Tensor> attentionNorm, Func<Tensor, ForwardContext, Tensor> mlp, Func<Tensor, Tensor> mlpNorm) : IBlock
{
    public Tensor Forward(Tensor x, ForwardContext context)
    {
        using var scope = NewDisposeScope();
        x = x.Plus(attentionNorm(attention(x, context))); // [T, D]
        return x.Plus(mlpNorm(mlp(x, context))).MoveToOuterDisposeScope(); // [T, D]
    }
}
