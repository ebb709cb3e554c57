using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Rows;
using TrlSharp.Sequences.Policies;
using TrlSharp.Sequences.Profiles;
using TrlSharp.Sequences.Weights;
using TrlSharp.Templates;

namespace TrlSharp.Sequences.Proofs;

/// <summary>From a checked conversation to its proved examples as text. Immutable, so that threads can share it.</summary>
internal sealed class ConversationProver
{
    private readonly Func<RenderRequest, RenderedConversation> _render;
    private readonly MessageForms _forms;
    private readonly SpanDerivation _derivation;
    private readonly IReadOnlyList<RowValue> _candidates;
    private readonly IReadOnlyList<TemplateMode> _modes;
    private readonly IReadOnlyList<string> _stops;
    private readonly string? _fallbackStop;
    private readonly DateTime? _now;
    private readonly RowValue? _kwargs;

    /// <param name="render">The template.</param>
    /// <param name="profile">What it reads and writes.</param>
    /// <param name="policy">What is trained.</param>
    /// <param name="stops">Texts that end generation in an engine.</param>
    /// <param name="fallbackStop">The stop to append where the template writes none and the next header would lend none; null: refuse.</param>
    /// <param name="now">The clock for templates that print the date.</param>
    /// <param name="kwargs">Template variables of the run, below those of rows.</param>
    public ConversationProver(
        Func<RenderRequest, RenderedConversation> render, TemplateProfile profile, TrainPolicy policy, IReadOnlyList<string> stops, string? fallbackStop, DateTime? now, RowValue? kwargs)
    {
        (_render, Profile, Policy, _stops, _fallbackStop, _now, _kwargs) = (render, profile, policy, stops, fallbackStop, now, kwargs);
        _forms = new MessageForms(profile);
        _derivation = new SpanDerivation(stops, profile.Markers);
        _candidates = policy.Modes ?? profile.Modes;
        _modes = ExamplePlanner.Modes(_candidates, kwargs, row: null);
        Severities = SeverityTable.With(policy.On);
    }

    public TemplateProfile Profile { get; }

    public TrainPolicy Policy { get; }

    public SeverityTable Severities { get; }

    /// <summary>Every so many rows (by line) are rendered again with single characters changed; 0: none are.</summary>
    public int WitnessEvery { get; init; }

    /// <param name="conversation">The messages, all of them or what a limit has left.</param>
    /// <param name="weights">Of these messages, decided on the whole conversation.</param>
    /// <exception cref="MaskException">A trained turn cannot be proved.</exception>
    public IReadOnlyList<ProvedExample> Prove(Conversation conversation, IReadOnlyList<MessageWeights> weights)
    {
        var findings = new List<Finding>(conversation.Findings);
        var forms = conversation.Messages.Select(m => _forms.Adapt(conversation, m, findings)).ToArray();
        var bodies = Array.ConvertAll(forms, f => f.Body);
        var prepared = new PreparedValues(bodies, conversation.Tools);
        var modes = Modes(conversation);
        var shared = modes.Count > 1 ? new SharedRenders(bodies.Length) : null;
        var provers = modes.Select(mode => new Lazy<TurnProver>(
            () => new TurnProver(new ConversationRenders(_render, conversation, bodies, prepared, mode, _now, shared), weights, forms, Profile, _derivation, Policy), isThreadSafe: false)).ToArray();
        var trained = Policy.Everything ? [] : Enumerable.Range(0, weights.Count).Where(i => weights[i].Trained).ToArray();
        var plans = new ExamplePlanner(conversation, provers, Policy).Plan(trained);
        if (plans.Count > 1) findings.Add(new(MaskFault.Split, -1, $"{plans.Count} examples: the template writes earlier turns otherwise than a model produces them."));
        var kept = Policy.ThinkingOnlyKept ? KeptReasoning(provers[0].Value, conversation) : null;
        if (WitnessEvery > 0 && conversation.Origin.Line % WitnessEvery == 0 && plans.Count > 0) Interfere(conversation, plans[^1], findings);
        if (plans.Count > 0) new RenderNotes(conversation, forms, Profile, weights).Describe(plans[^1].Text, findings);
        return [.. plans.Select((plan, part) => Example(conversation, weights, forms, plan, part, part == 0 ? findings : [], kept))];
    }

    /// <summary>Candidate variables, made once for all rows that set none of their own.</summary>
    private IReadOnlyList<TemplateMode> Modes(Conversation conversation) =>
        conversation.TemplateKwargs is { } own ? ExamplePlanner.Modes(_candidates, _kwargs, own) : _modes;

    /// <summary>The whole conversation as one history with the preferred template variables, unproved.</summary>
    /// <exception cref="MaskException">The template refuses it.</exception>
    public RenderedConversation Render(Conversation conversation) => Render(conversation, renders => renders.Text(renders.Count).Rendered);

    /// <summary>What an engine would be given to sample a message, with the preferred template variables.</summary>
    /// <exception cref="MaskException">The template refuses it.</exception>
    public RenderedConversation RenderPrompt(Conversation conversation, int index) => Render(conversation, renders => renders.Prompt(index));

    private RenderedConversation Render(Conversation conversation, Func<ConversationRenders, RenderedConversation> which)
    {
        RowValue[] bodies = [.. conversation.Messages.Select(m => _forms.Adapt(conversation, m, []).Body)];
        try
        {
            return which(new ConversationRenders(_render, conversation, bodies, new PreparedValues(bodies, conversation.Tools), Modes(conversation)[0], _now));
        }
        catch (TemplateException e)
        {
            throw new MaskException(e.Reason == TemplateFault.Rejected ? MaskFault.TemplateRejected : MaskFault.TemplateFailed, conversation.Origin, $"the template refuses the conversation: {e.Message}", e);
        }
    }

    private static void Interfere(Conversation conversation, ExamplePlan plan, List<Finding> findings)
    {
        // A composed example is no render of the template's; the witness compares renders.
        var renders = plan.Prover.Renders;
        if (InterferenceWitness.Check(renders.Render, renders.Bodies(plan.Text.Messages), renders.Text(plan.Text.Messages).Rendered) is >= 0 and var message)
            findings.Add(new(MaskFault.ContentDependentTemplate, conversation.Messages[message].Index, $"{conversation.Messages[message]}: what it says changes how the template writes the conversation; spans are proved for this text all the same."));
    }

    private ProvedExample Example(
        Conversation conversation, IReadOnlyList<MessageWeights> weights, MessageForm[] forms, ExamplePlan plan, int part, List<Finding> shared, bool[]? kept)
    {
        var findings = new List<Finding>(shared);
        var text = plan.Text.Text;
        var spans = plan.Text.Spans;
        var weighted = new List<WeightedSpan>();
        foreach (var (proof, found) in plan.Turns)
        {
            var span = found;
            var own = weights[proof.Index];
            if (span.Stop == StopKind.None && own.Message.IsAssistant && own.Of(Channel.Stop, -1).Weight > 0)
                (text, spans, span) = AppendStop(conversation, plan, proof, span, own, findings);
            Describe(own, proof, span, findings);
            if (own.Message.IsAssistant && Policy.MaskSource == MaskSource.Provenance && TagWitness.Compare(plan.Text, found) is var (fault, difference))
                Report(conversation, fault, own.Message, $"{own.Message}: {difference}. Ours are proved against the template itself; train.mask_source=tags takes the tags.", findings);
            weighted.AddRange(new SpanWeights(Policy, own, forms[proof.Index], conversation.Metadata, kept?[proof.Index] ?? true).Assign(text, span));
        }

        Foreign(conversation, plan.Text, weighted);
        var mode = plan.Prover.Renders.Mode;
        if (mode.Variables.Fields.Count > (conversation.TemplateKwargs?.Fields.Count ?? 0) + (_kwargs?.Fields.Count ?? 0)) findings.Add(new(MaskFault.ModeChosen, -1, mode.Note));
        return new ProvedExample
        {
            Origin = conversation.Origin,
            Part = part,
            Text = text,
            Spans = spans,
            MessageIndices = [.. conversation.Messages.Select(m => m.Index)],
            MessageRoles = [.. conversation.Messages.Select(m => m.Role)],
            Weights = weighted.ToArray(),
            SampledStarts = [.. plan.Turns.Select(t => t.Span.Start)],
            TrainedMessages = [.. plan.Turns.Select(t => weights[t.Proof.Index].Message.Index)],
            Everything = Policy.Everything,
            Mode = mode.Variables,
            GenerationSpans = plan.Text.Rendered.GenerationSpans,
            Findings = findings,
        };
    }

    /// <summary>No data of one message carries the weight of another: the last line behind the derivation, on every row.</summary>
    private static void Foreign(Conversation conversation, RenderIndex text, List<WeightedSpan> weighted)
    {
        var s = 0;
        var runs = text.Runs;
        foreach (var span in weighted)
        {
            if (span.Weight == 0) continue;
            while (s < runs.Length && runs[s].End <= span.Start) s++;
            for (var at = s; at < runs.Length && runs[at].Start < span.End; at++)
            {
                var origin = runs[at].Origin;
                if (origin.Kind == OriginKind.Data && conversation.Messages[origin.Message].Index != span.Message)
                    throw new MaskException(MaskFault.Interference, conversation.Origin, $"{origin} would be trained as part of message {span.Message}; the template mixes the two. Use another template, or train.mask_source=tags or markers.");
            }
        }
    }

    private void Describe(MessageWeights own, TurnProof proof, SampledSpan span, List<Finding> findings)
    {
        var message = own.Message;
        if (Policy.History == HistoryMode.AsRendered) findings.Add(new(MaskFault.TrainedAsRendered, message.Index, $"{message}: trained as the template writes it here, proved or not."));
        if (proof.Waived is { } waived) findings.Add(new(waived.Fault, message.Index, waived.Text));
        if (proof.Composed is not null) findings.Add(new(MaskFault.ContextComposed, message.Index, $"{message}: the template rewrites what stands before it once it is there; the example holds the prompt that an engine builds, and the turn after it."));
        if (span.Stop == StopKind.Borrowed) findings.Add(new(MaskFault.BorrowedStop, message.Index, $"{message}: its stop is the beginning of the next message."));
        if (proof.Unprompted) findings.Add(new(MaskFault.UnpromptedTurn, message.Index, $"{message}: no user message comes before, so no engine builds its prompt."));
        if (message.IsAssistant && Profile.GenerationPrompt.Length == 0) findings.Add(new(MaskFault.NoGenerationPrompt, message.Index, $"{message}: the template has no generation prompt; the turn begins where the messages before it end."));
    }

    /// <summary>Only possible at the end of the text; in its middle an engine would have stopped where nothing is written.</summary>
    private (string Text, IReadOnlyList<RenderedSpan> Spans, SampledSpan Span) AppendStop(
        Conversation conversation, ExamplePlan plan, TurnProof proof, SampledSpan span, MessageWeights own, List<Finding> findings)
    {
        var atEnd = plan.Text.Messages == proof.Index + 1;
        var stop = atEnd && Policy.AppendStop ? LentStop(plan, proof.Index, own) ?? _fallbackStop : null;
        if (stop is null)
        {
            var text = $"{own.Message}: the template writes no stop token after it, and {(atEnd ? "none is known to append" : "one cannot be put into the middle of a text")}. "
                + "Stops are taken from generation_config.json, the tokenizer's eos_token and the template. Give them, or do not train the stop (train.stop=off).";
            Report(conversation, MaskFault.NoStop, own.Message, text, findings);
            return (plan.Text.Text, plan.Text.Spans, span);
        }

        findings.Add(new(MaskFault.AppendedStop, own.Message.Index, $"{own.Message}: {stop} was appended; the template writes no stop after the last turn."));
        var end = span.End;
        var origin = new Origin(OriginKind.Builtin, -1, "appended stop", 0, -1);
        var appended = new RenderedSpan(end, end + stop.Length, origin, 0, stop.Length, true, proof.Index, false);
        var kept = plan.Text.Spans.Where(s => s.Start < end).Select(s => s.End <= end ? s : s with { End = end, SourceEnd = s.Exact ? s.SourceStart + end - s.Start : s.SourceEnd });
        var segment = new ChannelSegment(end, end + stop.Length, Channel.Stop, appended, -1);
        return (plan.Text.Text[..end] + stop, [.. kept, appended], span with { End = end + stop.Length, Stop = StopKind.Appended, Segments = [.. span.Segments, segment] });
    }

    private void Report(Conversation conversation, MaskFault fault, Message message, string text, List<Finding> findings)
    {
        if (Severities[fault] == Severity.Error) throw new MaskException(fault, conversation.Origin, text);
        findings.Add(new(fault, message.Index, text));
    }

    /// <summary>What would stop the turn if the conversation went on: the first control token of the header that follows such a turn.</summary>
    private string? LentStop(ExamplePlan plan, int index, MessageWeights own)
    {
        var calls = MessageBody.Items(own.Message.Body, "tool_calls").Count > 0;
        var next = RowValue.MapOf(("role", RowValue.Of(calls ? "tool" : Roles.User)), ("content", RowValue.Of("x")));
        try
        {
            var followed = new RenderIndex(plan.Prover.Renders.With(index + 1, next), index + 2);
            var end = Math.Max(0, followed.BodyEnd(index));
            var limit = Math.Min(followed.FirstData(index + 1), followed.Text.Length);
            return limit > end && SpanDerivation.FirstStop(_stops, followed.Text, end, limit) is { } stop ? followed.Text[stop.Start..stop.End] : null;
        }
        catch (TemplateException)
        {
            return null;
        }
    }

    private static bool[] KeptReasoning(TurnProver prover, Conversation conversation)
    {
        var kept = new bool[conversation.Messages.Count];
        foreach (var span in prover.Renders.Text(kept.Length).Spans)
        {
            if (span.Origin.Kind != OriginKind.Data || span.Origin.Message < 0) continue;
            if (Message.ReasoningKeys.Any(k => span.Origin.Path.StartsWith(k, StringComparison.Ordinal))) kept[span.Origin.Message] = true;
            if (span.Origin.Path == "content" && span.SourceStart == 0) kept[span.Origin.Message] = true;
        }

        return kept;
    }
}
