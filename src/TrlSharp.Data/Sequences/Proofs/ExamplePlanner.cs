using TrlSharp.Conversations;
using TrlSharp.Rows;
using TrlSharp.Sequences.Policies;
using TrlSharp.Templates;

namespace TrlSharp.Sequences.Proofs;

/// <summary>
/// The fewest examples in which every trained turn is faithful, each turn in exactly one. Taking the longest faithful run from the first open turn is
/// optimal, because a faithful run stays faithful when its first turns are not trained.
/// </summary>
/// <param name="conversation">For messages.</param>
/// <param name="provers">One per set of template variables, in order of preference.</param>
/// <param name="policy">How to treat history.</param>
internal sealed class ExamplePlanner(Conversation conversation, IReadOnlyList<Lazy<TurnProver>> provers, TrainPolicy policy)
{
    /// <param name="turns">Positions of the trained messages, in order.</param>
    /// <exception cref="MaskException">A turn cannot be trained; the fault of the preferred variables is told.</exception>
    public IReadOnlyList<ExamplePlan> Plan(IReadOnlyList<int> turns)
    {
        if (policy.History == HistoryMode.AsRendered || policy.MaskSource != MaskSource.Provenance || turns.Count == 0) return [AsRendered(turns)];
        var admissible = Admissible(turns);
        var plans = new List<ExamplePlan>();
        for (var first = 0; first < turns.Count;)
        {
            var plan = Longest(turns, first, admissible, out var fault);
            if (plan is null) throw Refuse(fault!);
            if (policy.History == HistoryMode.Error && plan.Turns.Count < turns.Count) throw Refuse(WhyNotOne(turns, admissible) ?? fault!);
            plans.Add(plan);
            first += plan.Turns.Count;
        }

        return plans;
    }

    /// <summary>
    /// Per turn the variables that it can be trained with. Those that would sample an empty thinking block only if there are no others, and those under
    /// which no render holds prompt and turn together only if there are none of these.
    /// </summary>
    private List<int>[] Admissible(IReadOnlyList<int> turns)
    {
        if (FullyFaithful(turns)) return [.. turns.Select(_ => new List<int> { 0 })];
        var admissible = new List<int>[turns.Count];
        for (var t = 0; t < turns.Count; t++)
        {
            var clean = new List<int>();
            var (empty, composed) = (new List<int>(), new List<int>());
            RowFault? fault = null;
            for (var m = 0; m < provers.Count; m++)
            {
                var proof = provers[m].Value.Prove(turns[t]);
                if (proof.Fault is not null)
                {
                    fault ??= proof.Fault;
                    continue;
                }

                (proof.Composed is not null ? composed : proof.HasEmptyThinking && policy.EmptyThinking == 0 ? empty : clean).Add(m);
            }

            admissible[t] = clean.Count > 0 ? clean : empty.Count > 0 ? empty : composed;
            if (admissible[t].Count == 0) throw Refuse(fault!);
        }

        return admissible;
    }

    /// <summary>The common case first: the preferred variables give one faithful example, and nothing else need be looked at.</summary>
    private bool FullyFaithful(IReadOnlyList<int> turns)
    {
        var prover = provers[0].Value;
        foreach (var turn in turns)
            if (prover.Prove(turn) is { Fault: not null } or { HasEmptyThinking: true } or { Composed: not null }) return false;
        return policy.History != HistoryMode.Split && Run(prover, conversation.Messages.Count, turns, 0, turns.Count, out _) is not null;
    }

    private ExamplePlan? Longest(IReadOnlyList<int> turns, int first, List<int>[] admissible, out RowFault? fault)
    {
        ExamplePlan? best = null;
        fault = null;
        foreach (var m in admissible[first])
        {
            var prover = provers[m].Value;
            var end = first + 1;
            while (policy.History != HistoryMode.Split && end < turns.Count && admissible[end].Contains(m)) end++;
            for (; end > first && end - first > (best?.Turns.Count ?? 0); end--)
            {
                var whole = policy.History != HistoryMode.Split && end == turns.Count ? conversation.Messages.Count : turns[end - 1] + 1;
                var plan = Run(prover, whole, turns, first, end, out var why);
                if (plan is null && whole != turns[end - 1] + 1) plan = Run(prover, turns[end - 1] + 1, turns, first, end, out why);
                if (plan is null && end == first + 1 && prover.Prove(turns[first]) is { Composed: { } composed } proof && prover.Locate(proof, composed).Span is { } span)
                    plan = new ExamplePlan(prover, composed, [(proof, span)]);
                fault ??= why;
                if (plan is null) continue;
                best = plan;
                break;
            }
        }

        return best;
    }

    /// <summary>Turns first..end inside the first <paramref name="messages"/> messages; null when one of them is not faithful there.</summary>
    private ExamplePlan? Run(TurnProver prover, int messages, IReadOnlyList<int> turns, int first, int end, out RowFault? fault)
    {
        fault = null;
        RenderIndex text;
        try
        {
            text = prover.Renders.Text(messages);
        }
        catch (TemplateException e)
        {
            fault = new(e.Reason == TemplateFault.Rejected ? MaskFault.TemplateRejected : MaskFault.TemplateFailed, $"the template refuses the conversation: {e.Message}");
            return null;
        }

        var located = new List<(TurnProof, SampledSpan)>(end - first);
        for (var t = first; t < end; t++)
        {
            var proof = prover.Prove(turns[t]);
            (var span, fault) = proof.Fault is null ? prover.Locate(proof, text) : (null, proof.Fault);
            if (span is not null && located is [.., (_, var before)]) fault = Overlap(before, span);
            if (span is null || fault is not null) return null;
            located.Add((proof, span));
        }

        return new ExamplePlan(prover, text, located);
    }

    private ExamplePlan AsRendered(IReadOnlyList<int> turns)
    {
        var prover = provers[0].Value;
        try
        {
            var text = prover.Renders.Text(conversation.Messages.Count);
            var located = new List<(TurnProof, SampledSpan)>(turns.Count);
            foreach (var turn in turns)
            {
                // What even the newest turn loses is no matter of history: the template has no place for it.
                if (prover.Prove(turn).Fault is { Fault: MaskFault.FieldDropped } lost) throw Refuse(lost);
                var (span, fault) = prover.LocateAsRendered(turn, text);
                if (span is not null && located is [.., (_, var before)]) fault = Overlap(before, span);
                if (span is null || fault is not null) throw Refuse(fault!);
                located.Add((new TurnProof { Index = turn }, span));
            }

            return new ExamplePlan(prover, text, located);
        }
        catch (TemplateException e)
        {
            throw Refuse(new(e.Reason == TemplateFault.Rejected ? MaskFault.TemplateRejected : MaskFault.TemplateFailed, $"the template refuses the conversation: {e.Message}"));
        }
    }

    /// <summary>Templates write neighbouring messages of one role as one turn; then a stop would be trained twice.</summary>
    private RowFault? Overlap(SampledSpan before, SampledSpan span) => span.Start >= before.End ? null : new(MaskFault.HistoryDiffers,
        () => $"{conversation.Messages[span.Message]}: in this text it begins before {conversation.Messages[before.Message]} has ended; the template writes the two as one turn. Join the two messages, or train one of them (\"weight\": 0 on the other).");

    private RowFault? WhyNotOne(IReadOnlyList<int> turns, List<int>[] admissible)
    {
        Run(provers[admissible[0][0]].Value, conversation.Messages.Count, turns, 0, turns.Count, out var fault);
        return fault;
    }

    private MaskException Refuse(RowFault fault) => new(fault.Fault, conversation.Origin, fault.Text);

    /// <summary>Candidate variables under what the row itself sets, which always wins.</summary>
    public static IReadOnlyList<TemplateMode> Modes(IReadOnlyList<RowValue> candidates, RowValue? given, RowValue? row)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var modes = new List<RowValue>();
        foreach (var candidate in candidates)
        {
            var mode = Merge(Merge(candidate, given), row);
            if (candidate.Fields.Any(f => mode.Find(f.Key)!.ToString() != f.Value.ToString())) continue;
            if (seen.Add(mode.ToString())) modes.Add(mode);
        }

        return modes.Count > 0 ? [.. modes.Select(m => new TemplateMode(m))] : [new(Merge(Merge(RowValue.MapOf(), given), row))];
    }

    private static RowValue Merge(RowValue below, RowValue? above)
    {
        if (above is null) return below;
        foreach (var (key, value) in above.Fields) below = below.With(key, value);
        return below;
    }
}
