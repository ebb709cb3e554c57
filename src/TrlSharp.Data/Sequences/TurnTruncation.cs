using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Sequences.Policies;
using TrlSharp.Sequences.Proofs;
using TrlSharp.Sequences.Weights;

namespace TrlSharp.Sequences;

/// <summary>
/// Makes an example fit by removing whole turns: a turn is a user message with all that follows it up to the next one. Instructions stay. What remains
/// is rendered and proved again, because templates look at positions.
/// </summary>
internal sealed class TurnTruncation(ConversationProver prover, ExampleEncoder encoder, int limit)
{
    /// <param name="conversation">The whole row.</param>
    /// <param name="weights">Of its messages.</param>
    /// <param name="example">One of its examples.</param>
    /// <param name="rule">From which side turns go.</param>
    /// <param name="leftOut">Receives the trained turns that no cut could save.</param>
    public IReadOnlyList<TokenExplanation> Fit(
        Conversation conversation, IReadOnlyList<MessageWeights> weights, TokenExplanation example, OverflowRule rule, List<Finding> leftOut)
    {
        if (example.Tokens.Count <= limit) return [example];
        var trained = example.Example.TrainedMessages;
        if (trained.Count == 0) return Lost(trained, leftOut);
        var turns = Turns(conversation);
        return rule switch
        {
            OverflowRule.TurnsLeft => Left(conversation, weights, turns, trained, leftOut),
            OverflowRule.TurnsRight => Right(conversation, weights, turns, trained, 0) is ([_, ..] fitted, var rest) ? Kept(fitted, rest, leftOut) : Lost(trained, leftOut),
            _ => Split(conversation, weights, turns, trained, leftOut),
        };
    }

    /// <summary>Removes the oldest turns until the rest fits.</summary>
    private IReadOnlyList<TokenExplanation> Left(
        Conversation conversation, IReadOnlyList<MessageWeights> weights, List<Turn> turns, IReadOnlyList<int> trained, List<Finding> leftOut)
    {
        var end = turns.FindIndex(t => t.Holds(trained[^1])) + 1;
        for (var first = 1; first < end; first++)
        {
            if (Render(conversation, weights, turns, first, end, trained) is not { } fitted) continue;
            return Kept(fitted, [.. trained.Where(t => t < turns[first].Start)], leftOut);
        }

        return Lost(trained, leftOut);
    }

    /// <summary>Removes the newest turns until the rest fits; also tells which trained messages went with them.</summary>
    private (IReadOnlyList<TokenExplanation> Fitted, IReadOnlyList<int> Open) Right(
        Conversation conversation, IReadOnlyList<MessageWeights> weights, List<Turn> turns, IReadOnlyList<int> trained, int first)
    {
        for (var end = turns.Count; end > first; end--)
        {
            if (!trained.Any(t => t < turns[end - 1].End) || Render(conversation, weights, turns, first, end, trained) is not { } fitted) continue;
            return (fitted, [.. trained.Where(t => t >= turns[end - 1].End)]);
        }

        return ([], trained);
    }

    /// <summary>As many turns as fit, then the next ones with as much of the latest context as fits, until each trained turn is in one example.</summary>
    private List<TokenExplanation> Split(
        Conversation conversation, IReadOnlyList<MessageWeights> weights, List<Turn> turns, IReadOnlyList<int> trained, List<Finding> leftOut)
    {
        var examples = new List<TokenExplanation>();
        var open = trained;
        while (open.Count > 0)
        {
            var at = turns.FindIndex(t => t.Holds(open[0]));
            IReadOnlyList<TokenExplanation> best = [];
            IReadOnlyList<int> rest = open;
            for (var first = 0; first <= at && best.Count == 0; first++) (best, rest) = Right(conversation, weights, turns, open, first);
            if (best.Count == 0)
            {
                Lost([open[0]], leftOut);
                open = [.. open.Skip(1)];
                continue;
            }

            examples.AddRange(best);
            open = rest;
        }

        return examples;
    }

    /// <summary>Turns first..end with the instructions, training only the given messages; null when it does not fit.</summary>
    private TokenExplanation[]? Render(
        Conversation conversation, IReadOnlyList<MessageWeights> weights, List<Turn> turns, int first, int end, IReadOnlyList<int> trained)
    {
        var from = first == 0 ? 0 : turns[first].Start;
        var kept = Enumerable.Range(0, turns[end - 1].End).Where(i => i >= from || Roles.IsInstruction(conversation.Messages[i].Role)).ToArray();
        var part = conversation with { Messages = [.. kept.Select(i => conversation.Messages[i])], Findings = [] };
        MessageWeights[] partWeights = [.. kept.Select(i => trained.Contains(conversation.Messages[i].Index) ? weights[i] : weights[i].Untrained())];
        var examples = encoder.Explain(prover.Prove(part, partWeights));
        return examples.All(e => e.Tokens.Count <= limit) ? examples : null;
    }

    private static IReadOnlyList<TokenExplanation> Kept(IReadOnlyList<TokenExplanation> fitted, IReadOnlyList<int> lost, List<Finding> leftOut)
    {
        if (lost.Count > 0) leftOut.Add(new(MaskFault.TurnsRemoved, lost[0], $"trained messages {string.Join(", ", lost)} were removed to fit the limit."));
        return fitted;
    }

    private IReadOnlyList<TokenExplanation> Lost(IReadOnlyList<int> trained, List<Finding> leftOut)
    {
        leftOut.Add(new(MaskFault.Overflow, trained.Count > 0 ? trained[0] : -1, $"no whole turns of it fit into {limit} tokens."));
        return [];
    }

    private static List<Turn> Turns(Conversation conversation)
    {
        var turns = new List<Turn>();
        var start = 0;
        for (var i = 1; i < conversation.Messages.Count; i++)
        {
            if (conversation.Messages[i].Role != Roles.User || !conversation.Messages.Take(i).Skip(start).Any(m => m.IsAssistant)) continue;
            turns.Add(new(start, i));
            start = i;
        }

        turns.Add(new(start, conversation.Messages.Count));
        return turns;
    }

    private readonly record struct Turn(int Start, int End)
    {
        public bool Holds(int message) => message >= Start && message < End;
    }
}
