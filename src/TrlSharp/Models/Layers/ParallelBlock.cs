using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>x + attention(norm(x)) + mlp(norm(x)): Phi, Cohere, GPT-NeoX. The norms are one or two.</summary>
internal sealed class ParallelBlock(
    Func<Tensor, Tensor> attentionNorm, Func<Tensor, ForwardContext, Tensor> attention, Func<Tensor, Tensor>? mlpNorm, Func<Tensor, ForwardContext, Tensor> mlp) : IBlock
{
    public Tensor Forward(Tensor x, ForwardContext context)
    {
        using var scope = NewDisposeScope();
        var normed = attentionNorm(x); // [T, D]
        var attended = attention(normed, context); // [T, D]
        return x.Plus(attended).Plus(mlp(mlpNorm is null ? normed : mlpNorm(x), context)).MoveToOuterDisposeScope(); // [T, D]
    }
}
