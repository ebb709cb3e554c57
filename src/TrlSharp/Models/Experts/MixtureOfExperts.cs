using TrlSharp.Native;
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
        var mixed = Mix(x, decision, open(), context); // [T, D]
        return (shared is null ? mixed : mixed.Plus(shared(x))).MoveToOuterDisposeScope(); // [T, D]
    }

    /// <summary>Sorts the (token, choice) pairs by expert, so that each expert runs over its tokens together.</summary>
    private Tensor Mix(Tensor x, RouterDecision decision, Func<int, Tensor, Tensor> expert, ForwardContext context)
    {
        var choices = (int)decision.Experts.size(1);
        var (order, runs) = SortByExpert(decision.Experts.flatten().cpu().data<long>().ToArray(), choices, context);
        var pairs = tensor(order, device: x.device); // [T·k]
        var tokens = pairs.div(Scalars.Of((long)choices), RoundingMode.floor); // [T·k]
        var inputs = x.index_select(0, tokens); // [T·k, D]
        var outputs = new List<Tensor>();
        long at = 0;
        foreach (var (e, n) in runs)
        {
            outputs.Add(expert(e, inputs.narrow(0, at, n))); // [n, D]
            at += n;
        }

        var weighted = cat(outputs, 0) * decision.Weights.flatten().index_select(0, pairs).unsqueeze(1); // [T·k, D]
        return zeros_like(x).index_add(0, tokens, weighted, Scalars.Of(1L)); // [T, D]
    }

    /// <summary>The pairs in the order of their experts, earlier tokens first, and the runs that go through an expert in one call.</summary>
    private (long[] Order, List<(int Expert, int Count)> Runs) SortByExpert(long[] chosen, int choices, ForwardContext context)
    {
        var next = new int[count + 1];
        foreach (var e in chosen) next[e + 1]++;
        for (var e = 0; e < count; e++) next[e + 1] += next[e];
        var order = new long[chosen.Length];
        for (var pair = 0; pair < chosen.Length; pair++) order[next[chosen[pair]]++] = pair;

        var runs = new List<(int Expert, int Count)>();
        var (last, sequence) = (-1L, -1);
        foreach (var pair in order)
        {
            var own = context.SequenceOf((int)pair / choices);
            if (chosen[pair] == last && own == sequence) runs[^1] = (runs[^1].Expert, runs[^1].Count + 1);
            else runs.Add(((int)chosen[pair], 1));
            (last, sequence) = (chosen[pair], own);
        }

        return (order, runs);
    }
}
