using System.Text;
using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Sequences.Policies;
using TrlSharp.Tokenization;

namespace TrlSharp.Sequences;

/// <summary>
/// Rows without a chat template. <c>text</c>: every token, with an EOS unless the text ends with its string. <c>prompt</c>/<c>completion</c>: the
/// completion and its EOS, prompt and completion tokenised apart, as an engine has them. Segments: each tokenised apart, and nothing added. Tokens: as
/// given, with lengths and values checked. Special tokens of the tokenizer's own template (BOS) stand in front of texts and prompts where it adds them,
/// and are never trained.
/// </summary>
internal sealed class PlainRows(Tokenizer tokenizer, TrainPolicy policy, SequenceOptions options)
{
    private readonly string? _eos = options.EosToken ?? tokenizer.EosToken;
    private readonly HashSet<int> _added = [.. tokenizer.AddedTokens.Select(t => t.Id)];

    public TokenExplanation Explain(Example example) => example switch
    {
        TextExample text => Text(text),
        PromptCompletionExample pair => Completion(pair),
        SegmentsExample parts => Segments(parts),
        TokenizedExample tokens => Tokens(tokens),
        _ => throw new ArgumentException($"A {example.GetType().Name} is not one sequence; give its parts.", nameof(example)),
    };

    private TokenExplanation Text(TextExample row)
    {
        var text = WithEos(row.Text, row);
        var example = new ProvedExample { Origin = row.Origin, Text = text, Everything = true };
        return Explain(example, tokenizer.Encode(text, addSpecialTokens: true));
    }

    private TokenExplanation Completion(PromptCompletionExample row)
    {
        var completion = WithEos(row.Completion, row);
        var start = row.Prompt.Length;
        var everything = policy.Everything || !policy.CompletionOnly;
        var example = new ProvedExample
        {
            Origin = row.Origin,
            Text = row.Prompt + completion,
            Everything = everything,
            SampledStarts = everything ? [] : [start],
            Weights = everything || completion.Length == 0 ? [] : [new WeightedSpan(start, start + completion.Length, -1, Channel.Content, 1, "completion")],
        };
        if (everything || policy.Boundary == SampledBoundary.Joint) return Explain(example, tokenizer.Encode(example.Text, addSpecialTokens: true));
        var (before, after) = AroundText();
        var tokens = new List<EncodedToken>(before);
        tokenizer.EncodePart(row.Prompt, tokens, isFirst: true, afterText: false);
        var first = tokens.Count;
        tokenizer.EncodePart(completion, tokens, isFirst: start == 0, afterText: start > 0, gate: null);
        for (var t = first; t < tokens.Count; t++) tokens[t] = tokens[t] with { Start = tokens[t].Start + start, End = tokens[t].End + start };
        tokens.AddRange(after);
        return Explain(example, [.. tokens]);
    }

    private TokenExplanation Segments(SegmentsExample row)
    {
        var (text, spans, tokens) = (new StringBuilder(), new List<WeightedSpan>(), new List<EncodedToken>());
        foreach (var segment in row.Segments)
        {
            if (segment.Text.Length == 0) continue;
            var (start, first) = (text.Length, tokens.Count);
            text.Append(segment.Text);
            if (segment.Trained) spans.Add(new(start, text.Length, -1, Channel.Content, 1, "segment"));
            var afterText = first > 0 && !_added.Contains(tokens[^1].Id);
            tokenizer.EncodePart(segment.Text, tokens, isFirst: start == 0, afterText);
            for (var t = first; t < tokens.Count; t++) tokens[t] = tokens[t] with { Start = tokens[t].Start + start, End = tokens[t].End + start };
        }

        var example = new ProvedExample { Origin = row.Origin, Text = text.ToString(), SampledStarts = [.. spans.Select(s => s.Start)], Weights = spans };
        return Explain(example, [.. tokens]);
    }

    /// <summary>What the tokenizer's own template puts before and behind a text (BOS, EOS).</summary>
    private (EncodedToken[] Before, EncodedToken[] After) AroundText()
    {
        var tokens = tokenizer.Encode("a", addSpecialTokens: true);
        return ([.. tokens.TakeWhile(t => t.Start == t.End)], [.. tokens.Reverse().TakeWhile(t => t.Start == t.End).Reverse()]);
    }

    private TokenExplanation Explain(ProvedExample example, EncodedToken[] tokens)
    {
        var (weights, reasons, straddling) = TokenWeights.Assign(example, tokens, policy.Straddle);
        return new TokenExplanation(example, tokens, weights, reasons) { Straddling = straddling };
    }

    private static TokenExplanation Tokens(TokenizedExample row)
    {
        if (row.Weights is { } given && given.Length != row.Tokens.Length)
            throw new MaskException(MaskFault.MessageShape, row.Origin, $"{row.Tokens.Length} tokens, but {given.Length} labels or weights; they must be as many.");
        var weights = row.Weights?.ToArray() ?? [.. Enumerable.Repeat(1f, row.Tokens.Length)];
        if (Array.FindIndex(weights, w => !(w >= 0) || !float.IsFinite(w)) is >= 0 and var bad)
            throw new MaskException(MaskFault.NegativeWeight, row.Origin, FormattableString.Invariant($"the weight of token {bad} is {weights[bad]}; a weight is finite and 0 or more."));
        if (weights.Length > 0) weights[0] = 0;
        var example = new ProvedExample { Origin = row.Origin, Text = "", Everything = row.Weights is null };
        return new TokenExplanation(example, [.. row.Tokens.Select(id => new EncodedToken(id, 0, 0))], weights, [.. Enumerable.Repeat(-1, weights.Length)]);
    }

    private string WithEos(string text, Example row)
    {
        if (!options.AppendEos) return text;
        if (_eos is null)
            throw new ConfigException($"{row.Origin}: the tokenizer has no EOS token to end the text with. Name one (eos_token), or turn append_eos off.");
        return text.EndsWith(_eos, StringComparison.Ordinal) ? text : text + _eos;
    }
}
