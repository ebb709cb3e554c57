using TrlSharp.Models.Layers;
using static TorchSharp.torch;

namespace TrlSharp.Models.Experts;

/// <summary>From scores of experts to the k that a token uses. T tokens, E experts.</summary>
internal static class Routers
{
    /// <summary>Softmax over all experts, then the k largest; <paramref name="normalise"/> makes their weights sum to 1 (Mixtral, Qwen, OLMoE).</summary>
    /// <param name="logits">[T, E]</param>
    /// <param name="k">Experts per token.</param>
    /// <param name="normalise">Whether to divide by the sum of the chosen.</param>
    public static RouterDecision SoftmaxThenTop(Tensor logits, int k, bool normalise)
    {
        using var scope = NewDisposeScope();
        var (weights, experts) = logits.softmax(-1, Precision.Wide(logits.dtype)).topk(k, -1); // [T, k]
        if (normalise) weights = weights / weights.sum(-1, keepdim: true); // [T, k]
        return new(logits, experts.MoveToOuterDisposeScope(), weights.to(logits.dtype).MoveToOuterDisposeScope());
    }

    /// <summary>The k largest, then softmax over them (Granite, gpt-oss).</summary>
    public static RouterDecision TopThenSoftmax(Tensor logits, int k)
    {
        using var scope = NewDisposeScope();
        var (chosen, experts) = logits.topk(k, -1); // [T, k]
        return new(logits, experts.MoveToOuterDisposeScope(), chosen.softmax(-1, Precision.Wide(logits.dtype)).to(logits.dtype).MoveToOuterDisposeScope());
    }
}
