using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>x += after(attention(before(x))); x += after(mlp(before(x))): Gemma 2 and 3, GLM-4.</summary>
internal sealed class SandwichBlock(
    (Func<Tensor, Tensor> Before, Func<Tensor, Tensor> After) attentionNorms, Func<Tensor, ForwardContext, Tensor> attention,
    (Func<Tensor, Tensor> Before, Func<Tensor, Tensor> After) mlpNorms, Func<Tensor, ForwardContext, Tensor> mlp) : IBlock
{
    public Tensor Forward(Tensor x, ForwardContext context)
    {
        using var scope = NewDisposeScope();
        x = x.Plus(attentionNorms.After(attention(attentionNorms.Before(x), context))); // [T, D]
        return x.Plus(mlpNorms.After(mlp(mlpNorms.Before(x), context))).MoveToOuterDisposeScope(); // [T, D]
    }
}
