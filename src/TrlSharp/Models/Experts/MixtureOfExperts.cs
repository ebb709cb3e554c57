using static TorchSharp.torch;

namespace TrlSharp.Models.Experts;

/// <summary>
/// Σ weight · expert(x) over the experts that a router chose (Shazeer and others, arXiv:1701.06538), without dropping tokens. T tokens, D hidden size, E experts,
/// k chosen per token.
/// </summary>
/// <param name="route">[T, D] → decision.</param>
/// <param name="count">E.</param>
/// <param name="open">Called once per pass; gives the function of an expert, [n, D] → [n, D].</param>
/// <param name="shared">Added for every token; null for none.</param>
internal sealed class MixtureOfExperts(Func<Tensor, RouterDecision> route, int count, Func<Func<int, Tensor, Tensor>> open, Func<Tensor, Tensor>? shared = null)
{
    /// <summary>[T, D] → [T, D]</summary>
    public Tensor Forward(Tensor x, ForwardContext context)
    {
        using var scope = NewDisposeScope();
        var decision = route(x);
        context.Note(decision);
        var mixed = Mix(x, decision, open()); // [T, D]
        return (shared is null ? mixed : mixed + shared(x)).MoveToOuterDisposeScope(); // [T, D]
    }

    /// <summary>Sorts the (token, choice) pairs by expert, so that each expert runs once over its tokens.</summary>
    private Tensor Mix(Tensor x, RouterDecision decision, Func<int, Tensor, Tensor> expert)
    {
        var (order, load) = SortByExpert(decision.Experts, x.device); // [T·k]
        var tokens = order.div(decision.Experts.size(1), RoundingMode.floor); // [T·k]
        var inputs = x.index_select(0, tokens); // [T·k, D]
        var outputs = new List<Tensor>();
        long at = 0;
        for (var e = 0; e < count; e++)
        {
            if (load[e] > 0) outputs.Add(expert(e, inputs.narrow(0, at, load[e]))); // [n, D]
            at += load[e];
        }

        var weighted = cat(outputs, 0) * decision.Weights.flatten().index_select(0, order).unsqueeze(1); // [T·k, D]
        return zeros_like(x).index_add(0, tokens, weighted, 1); // [T, D]
    }

    /// <summary>The pairs in the order of their experts, earlier tokens first, and how many each expert has.</summary>
    private (Tensor Order, long[] Load) SortByExpert(Tensor experts, Device device)
    {
        using var scope = NewDisposeScope();
        var chosen = experts.flatten().cpu().data<long>().ToArray(); // [T·k]
        var load = new long[count];
        foreach (var e in chosen) load[e]++;
        var next = new long[count];
        for (var e = 1; e < count; e++) next[e] = next[e - 1] + load[e - 1];
        var order = new long[chosen.Length];
        for (var pair = 0; pair < chosen.Length; pair++) order[next[chosen[pair]]++] = pair;
        return (tensor(order, device: device).MoveToOuterDisposeScope(), load);
    }
}
