using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Rows;
using TrlSharp.Sequences.Policies;
using TrlSharp.Sequences.Profiles;
using TrlSharp.Sequences.Weights;
using TrlSharp.Templates;

namespace TrlSharp.Sequences.Proofs;

/// <summary>
/// Proves turns of one conversation under one set of template variables. A turn inside a text is faithful when its context is exactly the prompt that an
/// engine would build (C) and when it is written exactly as the model would produce it (P). Both are plain comparisons with fresh renders, so they hold
/// for any template.
/// </summary>
internal sealed class TurnProver
{
    private readonly IReadOnlyList<MessageWeights> _weights;
    private readonly IReadOnlyList<MessageForm> _forms;
    private readonly TemplateProfile _profile;
    private readonly SpanDerivation _derivation;
    private readonly TrainPolicy _policy;
    private readonly TurnProof?[] _proofs;
    private readonly SeverityTable _severities;

    public TurnProver(
        ConversationRenders renders, IReadOnlyList<MessageWeights> weights, IReadOnlyList<MessageForm> forms, TemplateProfile profile, SpanDerivation derivation, TrainPolicy policy)
    {
        (Renders, _weights, _forms, _profile, _derivation, _policy) = (renders, weights, forms, profile, derivation, policy);
        _severities = SeverityTable.With(policy.On);
        _proofs = new TurnProof?[renders.Count];
    }

    public ConversationRenders Renders { get; }

    /// <summary>The turn alone: prompt, produced form and its faults.</summary>
    public TurnProof Prove(int index) => _proofs[index] ??= ProveTurn(index);

    /// <summary>Where the turn is in a text, if it is faithful there; else what differs.</summary>
    public (SampledSpan? Span, RowFault? Fault) Locate(TurnProof proof, RenderIndex text)
    {
        var i = proof.Index;
        if (proof.Produced is not { Text: var produced } || proof.Span is not { } own) return LocateBody(i, text);
        if (ReferenceEquals(text, proof.Produced)) return (own, null);
        var start = own.Start;
        if (!text.Text.AsSpan().StartsWith(produced.AsSpan(0, start), StringComparison.Ordinal))
            return (null, TextDifference.Mismatch(_weights[i].Message, MaskFault.PromptMismatch, "its context is not the prompt that an engine would build", "written", text.Text.AsMemory(), "prompt", produced.AsMemory(0, start)));
        if (Leak(i, text, start) is { } leak) return (null, leak);
        var span = _derivation.Derive(text, i, start, _forms[i].Content);
        var body = text.Text.AsSpan(span.Start, span.StopStart - span.Start);
        if (!body.SequenceEqual(produced.AsSpan(start, own.StopStart - start)) || !StopAgrees(i, produced.AsSpan(own.StopStart, own.End - own.StopStart), text, span))
            return (null, TextDifference.Mismatch(_weights[i].Message, MaskFault.HistoryDiffers, "the template writes it otherwise in this place than a model produces it",
                "written", text.Text.AsMemory(span.Start, span.End - span.Start), "produced", produced.AsMemory(start, own.End - start)));
        return (span, null);
    }

    /// <summary>Where the turn is in a text as the template writes it there, proved or not (<c>history: as_rendered</c>, and sources asked for by name).</summary>
    public (SampledSpan? Span, RowFault? Fault) LocateAsRendered(int index, RenderIndex text)
    {
        var (span, fault) = FindAsRendered(index, text);
        if (span is null) return (null, fault);
        var lost = new Coverage(text, index, _weights[index], _forms[index], _profile.Markers).Check(span.Start, history: true);
        return lost is not null && _severities[lost.Fault] == Severity.Error ? (null, lost) : (span, null);
    }

    private (SampledSpan? Span, RowFault? Fault) FindAsRendered(int index, RenderIndex text)
    {
        if (_policy.MaskSource != MaskSource.Provenance) return new NamedSources(_policy, Renders, _weights, _forms, _derivation).Locate(index, text);
        if (!_weights[index].Message.IsAssistant) return (_derivation.Derive(text, index, Math.Min(text.FirstData(index), text.Text.Length), _forms[index].Content), null);
        var start = TryPrompt(index)?.Text is { } prompt && text.Text.StartsWith(prompt, StringComparison.Ordinal) ? prompt.Length : StartByGenerationPrompt(index, text);
        return (_derivation.Derive(text, index, start, _forms[index].Content), null);
    }

    private TurnProof ProveTurn(int i)
    {
        if (!_weights[i].Message.IsAssistant) return new TurnProof { Index = i };
        var unprompted = i <= FirstQuestion();
        RenderIndex produced;
        string? prompt = null;
        try
        {
            produced = Renders.Text(i + 1);
            prompt = PromptOf(i, unprompted);
        }
        catch (TemplateException e)
        {
            var fault = e.Reason == TemplateFault.Rejected ? MaskFault.TemplateRejected : MaskFault.TemplateFailed;
            return new TurnProof { Index = i, Fault = new(fault, $"{_weights[i].Message}: the template refuses {(prompt is null ? "the messages up to it" : "its prompt")}: {e.Message}") };
        }

        var coverage = new Coverage(produced, i, _weights[i], _forms[i], _profile.Markers);

        // A template whose loop writes the generation prompt renders no messages as nothing, which is everybody's prefix and nobody's prompt.
        var prompted = prompt is not null && (prompt.Length > 0 || !unprompted) && produced.Text.StartsWith(prompt, StringComparison.Ordinal);
        var start = prompted ? prompt!.Length : StartByGenerationPrompt(i, produced);
        if (Leak(i, produced, start) is { } leak) return new TurnProof { Index = i, Fault = leak };
        var lost = coverage.Check(start);
        if (lost is not null && _severities[lost.Fault] == Severity.Error) return new TurnProof { Index = i, Fault = lost };
        if (!prompted && !unprompted)
        {
            if (Compose(i, produced) is not { } composed)
                return new TurnProof { Index = i, Fault = TextDifference.Mismatch(_weights[i].Message, MaskFault.PromptMismatch, "a model would not be given this context", "written", produced.Text.AsMemory(), "prompt", prompt.AsMemory()) };
            (produced, start) = (composed, prompt!.Length);
            return Produced(i, produced, start, unprompted: false) with { Composed = composed, Waived = lost };
        }

        if (!prompted && produced.RegionStart(i) == produced.Text.Length)
            return new TurnProof { Index = i, Fault = new(MaskFault.PromptMismatch, $"{_weights[i].Message}: no prompt leads to it, and nothing in the text is known to be its own. Give it content, let a user message come first, or do not train it (\"weight\": 0).") };
        if (_weights[i].Flags.PrefillLength > 0 && AfterPrefill(i, produced) is var (given, fault2))
        {
            if (fault2 is not null) return new TurnProof { Index = i, Fault = fault2 };
            start = given;
        }

        return Produced(i, produced, start, unprompted && !prompted) with { Waived = lost };
    }

    /// <summary>The first message that asks for an answer; the number of messages when none does.</summary>
    private int FirstQuestion()
    {
        for (var i = 0; i < _weights.Count; i++)
            if (_weights[i].Message.Role is Roles.User or "tool") return i;
        return _weights.Count;
    }

    private TurnProof Produced(int i, RenderIndex produced, int start, bool unprompted) =>
        new() { Index = i, Produced = produced, Span = _derivation.Derive(produced, i, start, _forms[i].Content), Unprompted = unprompted };

    /// <summary>
    /// Prompt and produced form put together, possible where the turn begins in its render with the very generation prompt that ends the engine's prompt:
    /// what differs then is history that the template rewrites, or white space before the header, and the engine holds the prompt's form of it.
    /// </summary>
    private RenderIndex? Compose(int i, RenderIndex produced)
    {
        var prompt = Renders.Prompt(i);
        var opening = prompt.Text.Length;
        for (var s = prompt.Spans.Count - 1; s >= 0 && prompt.Spans[s].GenerationPrompt; s--) opening = prompt.Spans[s].Start;
        var generation = prompt.Text[opening..].TrimStart();
        var region = produced.RegionStart(i);
        if (generation.Length == 0 || region == produced.Text.Length) return null;
        var limit = Math.Min(produced.FirstData(i), produced.Text.Length);
        var from = Math.Max(0, region - generation.Length);
        var at = produced.FindFraming(generation, from, limit);
        if (at < 0) return null;
        var start = at + generation.Length;
        var shift = prompt.Text.Length - start;
        var spans = new List<RenderedSpan>(prompt.Spans);
        foreach (var span in produced.Spans)
        {
            if (span.End <= start) continue;
            var cut = Math.Max(0, start - span.Start);
            spans.Add(span with { Start = span.Start + cut + shift, End = span.End + shift, SourceStart = span.Exact ? span.SourceStart + cut : span.SourceStart });
        }

        var tags = produced.Rendered.GenerationSpans.Where(t => t.Start >= start).Select(t => (t.Start + shift, t.End + shift)).ToArray();
        return new RenderIndex(new RenderedConversation(prompt.Text + produced.Text[start..], spans, tags), i + 1);
    }

    /// <summary>Null when no engine would build one: the assistant speaks first and the template needs a question.</summary>
    private string? PromptOf(int i, bool unprompted) => unprompted ? TryPrompt(i)?.Text : Renders.Prompt(i).Text;

    private RenderedConversation? TryPrompt(int i)
    {
        try
        {
            return Renders.Prompt(i);
        }
        catch (TemplateException)
        {
            return null;
        }
    }

    /// <summary>Without a provable prompt: where the generation prompt that the template writes elsewhere ends, before the message's own text.</summary>
    private int StartByGenerationPrompt(int i, RenderIndex text)
    {
        var region = text.RegionStart(i);
        var body = Math.Min(text.FirstData(i), text.Text.Length);
        var prompt = _profile.GenerationPrompt;
        for (; prompt.Length > 0 && region < text.Text.Length; prompt = prompt[1..])
        {
            // The generation prompt may begin with the separator that ended the last message: look for ever shorter ends of it.
            var from = Math.Max(0, region - prompt.Length);
            var at = text.FindFraming(prompt, from, text.Text.Length);
            if (at >= 0 && (at + prompt.Length <= Math.Max(body, region) || text.FirstData(i) == int.MaxValue)) return at + prompt.Length;
            if (prompt.Length <= _profile.GenerationPrompt.Length / 2) break;
        }

        return Math.Max(body == text.Text.Length ? region : body, 0);
    }

    /// <summary>Text of this or a later message before the turn begins, other than what the prompt itself supplied.</summary>
    private RowFault? Leak(int i, RenderIndex text, int start)
    {
        var own = text.FirstData(i);
        var before = own < start || (own < text.Text.Length && text.BodyEndBefore(i) > own);
        var leaked = text.FirstDataFrom(i + 1) < start ? text.FirstDataFrom(i + 1) : before && !PromptSupplies(i, own) ? own : -1;
        if (leaked < 0 || _weights[i].Flags.PrefillLength > 0) return null;
        var origin = text.Spans[text.SpanAt(leaked)].Origin;
        return new RowFault(MaskFault.AnswerLeak, $"{_weights[i].Message}: {origin} already stands at character {leaked}, before its turn; the model would see what it shall say. "
            + "The template looks ahead: use another one.");
    }

    private bool PromptSupplies(int i, int position)
    {
        if (TryPrompt(i) is not { } prompt || position >= prompt.Text.Length) return false;
        foreach (var span in prompt.Spans)
            if (span.End > position) return span.GenerationPrompt;
        return false;
    }

    private (int Start, RowFault? Fault) AfterPrefill(int i, RenderIndex produced)
    {
        var length = _weights[i].Flags.PrefillLength;
        var begun = _forms[i].Body.With("content", RowValue.Of(_forms[i].Content[..length])).Without("tool_calls");
        try
        {
            var given = Renders.Continued(i, begun);
            if (produced.Text.StartsWith(given, StringComparison.Ordinal)) return (given.Length, null);
            return (0, TextDifference.Mismatch(_weights[i].Message, MaskFault.PromptMismatch, "continuing its prefill would not lead to it", "written", produced.Text.AsMemory(), "prefilled", given.AsMemory()));
        }
        catch (TemplateException e)
        {
            return (0, new RowFault(MaskFault.TemplateRejected, $"{_weights[i].Message}: the template refuses the prefilled message: {e.Message}"));
        }
    }

    private (SampledSpan? Span, RowFault? Fault) LocateBody(int i, RenderIndex text)
    {
        var coverage = new Coverage(text, i, _weights[i], _forms[i], _profile.Markers);
        if (coverage.Check(0) is { } lost) return (null, lost);
        return (_derivation.Derive(text, i, Math.Min(text.FirstData(i), text.Text.Length), _forms[i].Content), null);
    }

    /// <summary>The same stop in both; or none produced and, in the text, one lent by the next header; or none at the end of the text, where one is appended.</summary>
    private bool StopAgrees(int i, ReadOnlySpan<char> produced, RenderIndex text, SampledSpan span)
    {
        if (produced.Length > 0) return text.Text.AsSpan(span.StopStart, span.End - span.StopStart).SequenceEqual(produced);
        return span.Stop == StopKind.Borrowed || text.Messages == i + 1 || (span.Stop == StopKind.None && !(_policy.Stop > 0 && _weights[i].Factor(Channel.Stop).Factor > 0));
    }
}
