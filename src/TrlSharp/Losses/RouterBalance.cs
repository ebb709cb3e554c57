using TrlSharp.Models;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Losses;

/// <summary>
/// The load-balancing loss of mixtures of experts (Fedus et al., arXiv:2101.03961, eq. 4 to 6, for k experts per token, as <c>load_balancing_loss_func</c> of transformers has it):
/// E · Σₑ fₑ · Pₑ with fₑ the choices that fell on expert e per token and Pₑ its mean probability, over the tokens of all layers. It is k when all experts get the same.
/// </summary>
/// <remarks>N tokens times layers, E experts, k chosen.</remarks>
internal static class RouterBalance
{
    /// <param name="decisions">Of the routed layers of one pass; at least one.</param>
    /// <returns>[], with a gradient to the routers.</returns>
    public static Tensor Of(IReadOnlyList<RouterDecision> decisions)
    {
        using var scope = NewDisposeScope();
        var probabilities = cat([.. decisions.Select(d => d.Logits.to_type(ScalarType.Float32))]).softmax(-1); // [N, E]
        var chosen = cat([.. decisions.Select(d => d.Experts)]); // [N, k]
        var experts = probabilities.size(1);
        var (tokens, choices) = (chosen.size(0), chosen.size(1));
        var load = zeros(experts).scatter_add(0, chosen.reshape(-1), ones(tokens * choices)) / Scalars.Of(tokens); // [E]
        return ((load * probabilities.mean([0])).sum() * Scalars.Of(experts)).MoveToOuterDisposeScope(); // []
    }
}
