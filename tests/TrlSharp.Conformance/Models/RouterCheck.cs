using TrlSharp.Models;
using static TorchSharp.torch;

namespace TrlSharp.Conformance.Models;

/// <summary>What the first routed layer of a mixture of experts decided. T tokens, E experts, k chosen.</summary>
internal static class RouterCheck
{
    public static void Check(Golden golden, CausalLM model, TokenBatch batch)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var routing = new List<RouterDecision>();
        model.Run(batch.Tokens, ModelCase.Context(model, batch, routing));
        var first = routing[0];
        Golden.Compare("router0.logits", first.Logits, batch.Unpad(golden["router0.logits"]), golden.Tolerance("logits_abs"));
        // Experts are a set: spread the weights over all E to compare without an order.
        var experts = first.Logits.size(-1);
        Tensor Spread(Tensor index, Tensor weight) => zeros(index.size(0), experts).scatter(1, index, weight); // [T, E]
        Golden.Compare("router0 choice", Spread(first.Experts, first.Weights),
            Spread(batch.Unpad(golden["router0.topk_index"]), batch.Unpad(golden["router0.topk_weight"])), golden.Tolerance("logits_abs"));
    }
}
