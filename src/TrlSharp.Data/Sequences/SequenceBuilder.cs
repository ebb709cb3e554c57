using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Sequences.Compatibility;
using TrlSharp.Sequences.Policies;
using TrlSharp.Sequences.Profiles;
using TrlSharp.Sequences.Proofs;
using TrlSharp.Sequences.Weights;
using TrlSharp.Templates;
using TrlSharp.Tokenization;

namespace TrlSharp.Sequences;

/// <summary>
/// From examples to tokens and weights. Immutable and safe to share between threads. Chats are rendered by the template, split into the fewest examples
/// that are what sampling would give, proved, tokenised and weighted; texts and completions are tokenised and get an EOS; rows that are tokens already
/// are checked.
/// </summary>
/// <example>
/// <code>
/// var builder = new SequenceBuilder(template, tokenizer, TrainPolicy.Assistant, new SequenceOptions());
/// foreach (var sequence in builder.Build(example).Sequences)
///     Train(sequence.Tokens, sequence.Weights);
/// </code>
/// </example>
public sealed class SequenceBuilder
{
    private readonly ConversationProver? _prover;
    private readonly ConversationReader _reader;
    private readonly ExampleEncoder _encoder;
    private readonly PlainRows _plain;
    private readonly SequenceOptions _options;
    private readonly Tokenizer _tokenizer;
    private readonly Func<RenderRequest, RenderedConversation>? _render;

    /// <param name="template">Of chats; null when there are none.</param>
    /// <param name="tokenizer">Of the model.</param>
    /// <param name="policy">What is trained.</param>
    /// <param name="options">Clock, stops, limits.</param>
    public SequenceBuilder(ChatTemplate? template, Tokenizer tokenizer, TrainPolicy policy, SequenceOptions options)
        : this(template is null ? null : template.Render, template?.Source ?? "", tokenizer, policy, options)
    {
    }

    /// <param name="render">The template; null when there are no chats.</param>
    /// <param name="source">Its text.</param>
    /// <param name="tokenizer">Of the model.</param>
    /// <param name="policy">What is trained.</param>
    /// <param name="options">Clock, stops, limits.</param>
    internal SequenceBuilder(Func<RenderRequest, RenderedConversation>? render, string source, Tokenizer tokenizer, TrainPolicy policy, SequenceOptions options)
        : this(render, render is null ? null : new TemplateProbe(render, source).Profile(), tokenizer, policy, options)
    {
    }

    private SequenceBuilder(Func<RenderRequest, RenderedConversation>? render, TemplateProfile? profile, Tokenizer tokenizer, TrainPolicy policy, SequenceOptions options)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(options);
        (Policy, _options, _tokenizer, _render) = (policy, options, tokenizer, render);
        _encoder = new ExampleEncoder(tokenizer, policy, options.CheckDecoding ? new RoundTrip(tokenizer) : null);
        _plain = new PlainRows(tokenizer, policy, options);
        _reader = new ConversationReader(policy.Roles, SeverityTable.With(policy.On));
        if (render is null || profile is null) return;
        Stops = StopTexts.Find(tokenizer, profile, options.StopIds);
        _prover = new ConversationProver(render, profile, policy, Stops, options.EosToken ?? tokenizer.EosToken, options.Now, options.TemplateKwargs) { WitnessEvery = options.WitnessEvery };
    }

    /// <summary>What is trained.</summary>
    public TrainPolicy Policy { get; }

    /// <summary>Texts that end a turn: the engine's stops and what the template writes after an answer. Empty without a template.</summary>
    public IReadOnlyList<string> Stops { get; } = [];

    /// <summary>What the template adds for an engine that is about to sample an answer; empty when it adds nothing, or there is none.</summary>
    public string GenerationPrompt => Profile?.GenerationPrompt ?? "";

    /// <summary>What the template reads and writes; null without one.</summary>
    internal TemplateProfile? Profile => _prover?.Profile;

    /// <summary>The same template, tokenizer and options with another policy; the template is not probed again.</summary>
    public SequenceBuilder With(TrainPolicy policy) => new(_render, Profile, _tokenizer, policy, _options);

    /// <summary>The examples of a row, or why it gives none.</summary>
    /// <exception cref="MaskException">The row cannot be trained as the policy asks; the message names it, and the ways out.</exception>
    public BuildResult Build(Example example)
    {
        ArgumentNullException.ThrowIfNull(example);
        return example is ConversationExample chat ? BuildChat(chat) : Finish([_plain.Explain(example)], []);
    }

    /// <summary>Like <see cref="Build"/>, with all that tells why each token is trained or not; nothing is dropped or cut.</summary>
    /// <exception cref="MaskException">The row cannot be trained as the policy asks.</exception>
    public IReadOnlyList<TokenExplanation> Explain(Example example)
    {
        ArgumentNullException.ThrowIfNull(example);
        if (example is not ConversationExample chat) return [_plain.Explain(example)];
        var (conversation, weights) = Read(chat);
        return _encoder.Explain(Prover(chat).Prove(conversation, weights));
    }

    /// <summary>
    /// What a collator of TRL would have trained of a chat, its defects included, for comparison with <see cref="Explain"/>; never used for training.
    /// </summary>
    /// <exception cref="MaskException">The template refuses the conversation.</exception>
    public TokenExplanation ExplainAs(CollatorOptions options, ConversationExample chat)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(chat);
        var conversation = _reader.Read(chat);
        var prompt = chat.PromptMessages is { } count && options.Kind == CollatorKind.Trl ? Prover(chat).RenderPrompt(conversation, count).Text : null;
        return CollatorView.Show(Prover(chat).Render(conversation), _tokenizer, options, chat.Origin, prompt);
    }

    private BuildResult BuildChat(ConversationExample chat)
    {
        var prover = Prover(chat);
        var (conversation, weights) = Read(chat);
        var examples = _encoder.Explain(prover.Prove(conversation, weights));
        if (_options.MaxLength is not { } limit || examples.All(e => e.Tokens.Count <= limit)) return Finish(examples, []);
        return _options.Overflow is OverflowRule.TurnsLeft or OverflowRule.TurnsRight or OverflowRule.Split
            ? FitTurns(new TurnTruncation(prover, _encoder, limit), conversation, weights, examples)
            : Finish(examples, []);
    }

    private BuildResult FitTurns(TurnTruncation truncation, Conversation conversation, IReadOnlyList<MessageWeights> weights, TokenExplanation[] examples)
    {
        var leftOut = new List<Finding>();
        var fitted = examples.SelectMany(e => truncation.Fit(conversation, weights, e, _options.Overflow, leftOut)).ToArray();
        return Finish(fitted, leftOut);
    }

    private (Conversation Conversation, IReadOnlyList<MessageWeights> Weights) Read(ConversationExample chat)
    {
        var conversation = _reader.Read(chat);
        return (conversation, MessageWeights.Of(conversation, Policy));
    }

    private ConversationProver Prover(ConversationExample chat) => _prover ?? throw new MaskException(MaskFault.TemplateFailed, chat.Origin,
        "the row is a chat, but there is no chat template. Give one (chat_template.jinja in the model folder, or --chat_template).");

    /// <summary>Limits and counts: cuts tokens where the rule says so, drops what is too long or has nothing to train.</summary>
    private BuildResult Finish(IReadOnlyList<TokenExplanation> examples, List<Finding> leftOut)
    {
        var sequences = new List<TokenSequence>();
        var kept = new List<TokenExplanation>();
        var findings = new List<Finding>();
        foreach (var example in examples)
        {
            findings.AddRange(example.Example.Findings);
            var sequence = Sequence(example);
            if (_options.MaxLength is { } limit && sequence.Length > limit)
            {
                var text = $"{sequence.Length} tokens, the limit is {limit}";
                if (_options.Overflow == OverflowRule.Error)
                    throw new MaskException(MaskFault.Overflow, example.Example.Origin, $"{text}. Raise max_length, or choose another overflow rule (drop, turns_left, turns_right, split).");
                if (_options.Overflow is not (OverflowRule.TokenLeft or OverflowRule.TokenRight))
                {
                    leftOut.Add(new(MaskFault.Overflow, -1, text));
                    continue;
                }

                sequence = CutTokens(sequence, limit, findings);
            }

            var trained = sequence.TrainedTokens;
            if (trained >= _options.MinTrainedTokens)
            {
                sequences.Add(sequence.Part == sequences.Count ? sequence : sequence with { Part = sequences.Count });
                kept.Add(example);
                continue;
            }

            leftOut.Add(new(MaskFault.NoTrainedTokens, -1, trained == 0 ? "no trained tokens" : $"{trained} trained tokens, at least {_options.MinTrainedTokens} are asked for"));
        }

        return new BuildResult(sequences, sequences.Count == 0 ? leftOut[0] : null, findings) { LeftOut = leftOut, Explanations = kept };
    }

    private TokenSequence CutTokens(TokenSequence sequence, int limit, List<Finding> findings)
    {
        var right = _options.Overflow == OverflowRule.TokenRight;
        findings.Add(new(MaskFault.StopCut, -1, $"{sequence.Length - limit} tokens at the {(right ? "end" : "beginning")} were cut off{(right ? "; a cut turn has no stop" : "")}."));
        var (tokens, weights) = right ? (sequence.Tokens[..limit], sequence.Weights[..limit]) : (sequence.Tokens[^limit..], sequence.Weights[^limit..]);
        if (weights.Length > 0) weights[0] = 0;
        return sequence with { Tokens = tokens, Weights = weights };
    }

    private TokenSequence Sequence(TokenExplanation example)
    {
        var weights = example.Weights.ToArray();
        TurnScaling.Scale(Policy.TurnWeight, example, weights);
        var ids = new int[example.Tokens.Count];
        for (var t = 0; t < ids.Length; t++) ids[t] = example.Tokens[t].Id;
        return new TokenSequence { Tokens = ids, Weights = weights, Origin = example.Example.Origin, Part = example.Example.Part };
    }
}
