using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Packing;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Templates;
using TrlSharp.Tokenization;

namespace TrlSharp.Preparation;

/// <summary>
/// What <see cref="TrlDataSettings"/> mean here: readers, policies, limits and packing. One render per chat, as TRL makes it, history form included.
/// Generation tags decide where they begin elsewhere than the template's own generation prompt ends and hold the end of the turn; else the proved spans.
/// </summary>
public sealed class TrlSequences
{
    private readonly TrlDataSettings _settings;
    private readonly SequenceBuilder _plain;
    private readonly SequenceBuilder _completions;

    /// <param name="settings">TRL's switches.</param>
    /// <param name="template">The chat template; null when there is none.</param>
    /// <param name="tokenizer">Of the model.</param>
    /// <param name="trainingTemplate">
    /// The tagged twin of <paramref name="template"/> that TRL renders with instead when <c>assistant_only_loss</c> is on. TRL brings such twins for some
    /// families; they may render differently. Default null.
    /// </param>
    /// <exception cref="ConfigException">The tokenizer does not have the tokens that the settings name.</exception>
    public TrlSequences(TrlDataSettings settings, ChatTemplate? template, Tokenizer tokenizer, ChatTemplate? trainingTemplate = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(tokenizer);
        foreach (var (key, token) in new[] { ("eos_token", settings.EosToken), ("pad_token", settings.PadToken) })
            if (token is not null && tokenizer.IdOf(token) is null) throw new ConfigException($"{key} is \"{token}\", which is not in the vocabulary. Name a token that is.");
        _settings = settings;
        if (settings.AssistantOnlyLoss) template = trainingTemplate ?? template;
        var options = Limits(settings);
        var source = template is not null && TagsDecide(template) ? MaskSource.Tags : MaskSource.Provenance;
        _plain = new(template, tokenizer, Policy(promptCompletion: false), options);
        _completions = new(template, tokenizer, Policy(promptCompletion: true), options);

        TrainPolicy Policy(bool promptCompletion) => TrainPolicy.FromTrl(settings.AssistantOnlyLoss, settings.CompletionOnlyLoss, promptCompletion) with
        {
            History = HistoryMode.AsRendered,
            MaskSource = source,
            Boundary = SampledBoundary.Joint,
            Straddle = StraddleRule.Max,
            On = new Dictionary<MaskFault, Severity> { [MaskFault.TagsDiffer] = Severity.Warning },
        };
    }

    /// <summary>How rows are read: as TRL does where it takes one of two readings in silence, and by the text column it was told.</summary>
    public ExampleReaderOptions Reader => new()
    {
        Ambiguity = Ambiguity.Trl,
        Mapping = _settings.DatasetTextField == "text"
            ? ColumnMapping.None
            : new() { Columns = new Dictionary<string, string>(StringComparer.Ordinal) { ["text"] = _settings.DatasetTextField } },
    };

    /// <summary>The preparation of one source as the settings say: reader, shuffle.</summary>
    public PreparationOptions Options(SourceOptions source) => new()
    {
        Sources = [source with { Reader = Reader }],
        ShuffleSeed = _settings.ShuffleDataset ? _settings.Seed : null,
    };

    /// <summary>How sequences are packed; null: not at all.</summary>
    public PackingOptions? Packing => _settings.Packing ? new() { RowLength = _settings.MaxLength!.Value, Strategy = _settings.PackingStrategy } : null;

    /// <summary>The sequences of an example.</summary>
    /// <exception cref="DataException">The row cannot be trained as the settings ask.</exception>
    public BuildResult Build(Example example)
    {
        switch (example)
        {
            case TextExample or PromptCompletionExample or SegmentsExample when _settings.AssistantOnlyLoss:
                throw new DataException($"{example.Origin}: assistant_only_loss needs chats, but the row is plain text. Turn it off, or give messages.");
            case TokenizedExample { Weights: null } when _settings.AssistantOnlyLoss:
                throw new DataException($"{example.Origin}: assistant_only_loss needs to know the assistant's tokens, but the row has ids alone. Add assistant_masks or labels.");
            case TokenizedExample { FromMasks: true } when _settings.SkipPrepareDataset:
                throw new DataException($"{example.Origin}: skip_prepare_dataset takes rows as they are, but this one has masks and no labels. Add a labels column.");
            case ConversationExample { PromptMessages: not null } or PromptCompletionExample:
                return _completions.Build(example);
            default:
                return _plain.Build(example);
        }
    }

    /// <summary>
    /// Whether tags tell more than the proof does: an answer's tags begin behind the generation prompt, so that a part of the header is neither, and they end
    /// behind the text with the token that ends the turn, without which a model never learns to stop.
    /// </summary>
    private static bool TagsDecide(ChatTemplate template)
    {
        const string answer = "b";
        try
        {
            var rendered = template.Render(new() { Messages = [ChatMessage.User("a"), ChatMessage.Assistant(answer)] });
            if (rendered.GenerationSpans is not [.., var last]) return false;
            var prompt = template.Render(new() { Messages = [ChatMessage.User("a")], AddGenerationPrompt = true }).Text.Length;
            var tagged = rendered.Text.AsSpan()[last.Start..last.End].Trim();
            return last.Start != prompt && tagged.Length > answer.Length && !tagged.EndsWith(answer);
        }
        catch (TemplateException)
        {
            // A template that refuses the simplest chat is looked at row by row.
            return false;
        }
    }

    private static SequenceOptions Limits(TrlDataSettings settings)
    {
        // Packing cuts by itself, at the end only; that keep_end is forgotten there is a defect that we do not share.
        var cut = !settings.SkipPrepareDataset && (!settings.Packing || (settings.KeepEnd && settings.PackingStrategy == PackingStrategy.Bfd));
        return new()
        {
            EosToken = settings.EosToken,
            MaxLength = cut ? settings.MaxLength : null,
            Overflow = settings.KeepEnd ? OverflowRule.TokenLeft : OverflowRule.TokenRight,
            MinTrainedTokens = settings.MaxLength is not null && !settings.Packing ? 1 : 0,
        };
    }
}
