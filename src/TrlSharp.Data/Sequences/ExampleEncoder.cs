using System.Runtime.InteropServices;
using TrlSharp.Conversations;
using TrlSharp.Sequences.Policies;
using TrlSharp.Sequences.Proofs;
using TrlSharp.Tokenization;

namespace TrlSharp.Sequences;

/// <summary>Tokenises examples as an engine would have: prompts and answers apart, and control tokens only where the template wrote them.</summary>
internal sealed class ExampleEncoder(Tokenizer tokenizer, TrainPolicy policy, RoundTrip? roundTrip)
{
    /// <summary>Characters on each side of a turn's start that are looked at to see whether tokens would have grown together.</summary>
    private const int JointWindow = 24;

    private readonly SeverityTable _severities = SeverityTable.With(policy.On);
    private readonly HashSet<int> _added = [.. tokenizer.AddedTokens.Select(t => t.Id)];

    /// <summary>Control tokens that are looked for in normalized text are refused after all others, and not in the order of the text.</summary>
    private readonly bool _sharesBeginnings = !tokenizer.AddedTokens.Any(t => t is { Special: true, Normalized: true });

    /// <summary>The examples of one row. What an example begins with as the one before it did is encoded once.</summary>
    /// <exception cref="MaskException">Content spells a control token, and the policy forbids that; or the tokens do not decode to the text.</exception>
    public TokenExplanation[] Explain(IReadOnlyList<ProvedExample> examples)
    {
        var explanations = new TokenExplanation[examples.Count];
        EncodedExample? before = null;
        for (var i = 0; i < explanations.Length; i++)
        {
            var example = examples[i];
            var gate = policy.ContentSpecialTokens == ContentControlTokens.Parse || example.Spans.Count == 0 ? null : new ContentGate(example);
            var tokens = new List<EncodedToken>(example.Text.Length / 3);
            if (explanations.Length == 1 || !_sharesBeginnings) Encode(example, gate, tokens);
            else before = Encode(example, gate, tokens, before);
            explanations[i] = Explain(example, gate, tokens);
        }

        return explanations;
    }

    private TokenExplanation Explain(ProvedExample example, ContentGate? gate, List<EncodedToken> tokens)
    {
        if (roundTrip?.Differs(example.Text, tokens) is { } decoded)
            throw new MaskException(MaskFault.DecodeMismatch, example.Origin, $"the tokens do not decode to the text. {TextDifference.Show("text", example.Text, "decoded", decoded)}");
        var (weights, reasons, straddling) = TokenWeights.Assign(example, CollectionsMarshal.AsSpan(tokens), policy.Straddle);
        var findings = new List<Finding>(example.Findings);
        if (gate is { Refused.Count: > 0 })
        {
            var spelt = gate.Refused.Select(r => r.Token).Distinct(StringComparer.Ordinal);
            var text = $"content spells control tokens ({string.Join(", ", spelt.Take(4))}); they are encoded as plain text. train.content_special_tokens=parse makes control tokens of them.";
            if (policy.ContentSpecialTokens == ContentControlTokens.Error) throw new MaskException(MaskFault.ControlTokenInContent, example.Origin, text);
            findings.Add(new(MaskFault.ContentSpellsControlToken, -1, text));
        }

        var joint = GrownTogether(example, gate);
        if (straddling > 0) findings.Add(new(MaskFault.StraddlingToken, -1, $"{straddling} token{(straddling == 1 ? " lies" : "s lie")} across a weight border."));
        if (joint > 0) findings.Add(new(MaskFault.JointTokenisationDiffers, -1, $"{joint} turn{(joint == 1 ? "" : "s")} would be tokenised otherwise together with the prompt."));
        foreach (var finding in findings)
            if (_severities[finding.Fault] == Severity.Error) throw new MaskException(finding.Fault, example.Origin, finding.Text);
        return new TokenExplanation(example with { Findings = findings }, tokens, weights, reasons) { Straddling = straddling, JointDiffers = joint };
    }

    private void Encode(ProvedExample example, ContentGate? gate, List<EncodedToken> tokens)
    {
        var from = 0;
        foreach (var to in Cuts(example))
        {
            if (to <= from) continue;
            var first = tokens.Count;
            EncodePart(example, from, to, from > 0 && !_added.Contains(tokens[^1].Id), gate, tokens);
            if (from > 0)
                foreach (ref var token in CollectionsMarshal.AsSpan(tokens)[first..]) token = new(token.Id, token.Start + from, token.End + from);
            from = to;
        }
    }

    /// <summary>The same tokens; what the example before gave already is taken over.</summary>
    private EncodedExample Encode(ProvedExample example, ContentGate? gate, List<EncodedToken> tokens, EncodedExample? before)
    {
        var encoded = new EncodedExample(tokenizer, example, gate, tokens);
        var from = 0;
        foreach (var to in Cuts(example))
        {
            if (to <= from) continue;
            if (from == 0) encoded.Begin(to, before);
            else encoded.GoOn(from, to, !_added.Contains(tokens[^1].Id));
            from = to;
        }

        return encoded;
    }

    private void EncodePart(ProvedExample example, int from, int to, bool afterText, ContentGate? gate, List<EncodedToken> tokens)
    {
        if (gate is not null) gate.Shift = from;
        tokenizer.EncodePart(example.Text.AsSpan(from, to - from), tokens, from == 0, afterText, gate?.Admits);
    }

    /// <summary>Where parts end, in order: at the starts of the trained turns, at weight borders if the policy asks for that, and at the end.</summary>
    private List<int> Cuts(ProvedExample example)
    {
        List<int> cuts = [example.Text.Length];
        if (example.Everything) return cuts;
        if (policy.Boundary == SampledBoundary.Prompt) cuts.AddRange(example.SampledStarts);
        for (var i = 0; policy.Straddle == StraddleRule.Cut && i < example.Weights.Count; i++)
        {
            var (before, span) = (i > 0 && example.Weights[i - 1].End == example.Weights[i].Start ? example.Weights[i - 1].Weight : 0, example.Weights[i]);
            if (before != span.Weight) cuts.Add(span.Start);
            if (span.Weight != 0 && (i + 1 == example.Weights.Count || example.Weights[i + 1].Start != span.End)) cuts.Add(span.End);
        }

        cuts.Sort();
        return cuts;
    }

    private bool GrowsTogether(ProvedExample example, int start, ContentGate? gate, List<EncodedToken> tokens)
    {
        var from = Math.Max(0, start - JointWindow);
        var to = Math.Min(example.Text.Length, start + JointWindow);
        if (from > 0 && char.IsLowSurrogate(example.Text[from])) from++;
        if (to < example.Text.Length && char.IsLowSurrogate(example.Text[to])) to--;
        if (from >= start || to <= start) return false;
        if (gate is not null) gate.Shift = from;
        if (tokenizer.IsSurelyCutAt(example.Text.AsSpan(from, to - from), start - from, gate?.Admits)) return false;
        tokens.Clear();
        EncodePart(example, from, to, from > 0, gate, tokens);
        foreach (var token in tokens)
            if (token.Start + from < start && token.End + from > start) return true;
        return false;
    }

    private int GrownTogether(ProvedExample example, ContentGate? gate)
    {
        if (policy.Boundary != SampledBoundary.Prompt) return 0;
        var (grown, tokens) = (0, new List<EncodedToken>(JointWindow));
        foreach (var start in example.SampledStarts)
            if (GrowsTogether(example, start, gate, tokens)) grown++;
        return grown;
    }
}
