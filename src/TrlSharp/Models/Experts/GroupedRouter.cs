using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Experts;

/// <summary>
/// The router of DeepSeek-V3 (arXiv:2412.19437): sigmoid scores; a bias that is not trained decides who is chosen but not with what weight; experts come in groups
/// and only the best groups take part. T tokens, E experts, G groups.
/// </summary>
internal sealed class GroupedRouter(NamedParameter weight, NamedParameter correction, int chosen, int groups, int chosenGroups, bool normalise, double scale)
{
    /// <summary>[T, D] → decision.</summary>
    public RouterDecision Route(Tensor x)
    {
        using var scope = NewDisposeScope();
        var logits = nn.functional.linear(x.Widen(), weight.Value.Widen()); // [T, E]
        var scores = logits.sigmoid(); // [T, E]
        var preference = KeepBestGroups(scores.detach().Plus(correction.Value.to(scores.dtype))); // [T, E]
        var experts = preference.topk(chosen, -1).indexes; // [T, k]
        var weights = scores.gather(1, experts); // [T, k]
        if (normalise) weights = weights / weights.sum(-1, keepdim: true).Plus(1e-20); // [T, k]
        weights = (weights * Scalars.Of(scale)).to(x.dtype); // [T, k]
        return new(logits.MoveToOuterDisposeScope(), experts.MoveToOuterDisposeScope(), weights.MoveToOuterDisposeScope());
    }

    /// <summary>A group counts as much as its two best experts together.</summary>
    private Tensor KeepBestGroups(Tensor preference)
    {
        if (groups == 1) return preference;
        var grouped = preference.unflatten(1, [groups, preference.size(1) / groups]); // [T, G, E/G]
        var strength = grouped.topk(2, -1).values.sum(-1); // [T, G]
        var best = strength.topk(chosenGroups, -1).indexes; // [T, chosen groups]
        var isKept = zeros_like(strength).scatter(1, best, ones_like(best, dtype: strength.dtype)).unsqueeze(-1) > Scalars.Of(0L); // [T, G, 1]
        return grouped.masked_fill(isKept.logical_not(), Scalars.Of(double.NegativeInfinity)).flatten(1); // [T, E]
    }
}
