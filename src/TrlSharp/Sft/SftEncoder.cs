using TrlSharp.Cache;
using TrlSharp.Examples;
using TrlSharp.Packing;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Sft.Options;
using TrlSharp.Templates;
using TrlSharp.Tokenization;

namespace TrlSharp.Sft;

/// <summary>From an example to its token sequences, as the settings say: tokenizer, template, policy, limits. Safe to share between threads.</summary>
internal sealed class SftEncoder
{
    /// <summary>Weights of a model; everything else in its folder may decide how text becomes tokens.</summary>
    private static readonly string[] WeightFiles = [".safetensors", ".bin", ".pt", ".gguf", ".onnx", ".h5", ".msgpack"];

    private readonly SftDataSettings _data;
    private readonly string _folder;
    private readonly SequenceOptions _options;
    private readonly ModelFolderException? _noTemplate;

    /// <exception cref="ConfigException">Paths or settings are wrong.</exception>
    /// <exception cref="ModelFolderException">Tokenizer or template are missing or damaged.</exception>
    public SftEncoder(SftSettings settings)
    {
        (_data, _folder) = (settings.Data, settings.Model.Folder);
        var tokenizer = Tokenizer.Load(_folder);
        try
        {
            Template = settings.Model.ChatTemplate is { } given ? TemplateLocation.Load(given, ChatTemplate.LoadSpecialTokens(_folder)) : ChatTemplate.Load(_folder);
        }
        catch (ModelFolderException e) when (settings.Model.ChatTemplate is null)
        {
            // Texts and tokens need none; the first chat tells.
            _noTemplate = e;
        }

        _options = new()
        {
            Now = _data.TemplateDate,
            StopIds = GenerationStops.Load(_folder),
            EosToken = settings.Model.EosToken,
            MaxLength = _data.SkipPreparation || (_data.Packing && _data.PackingStrategy != "bfd") ? null : _data.MaxLength,
            Overflow = Overflow(settings),
        };
        Builder = new(Template, tokenizer, Policy(settings), _options);
    }

    /// <summary>What makes the sequences; it also explains them.</summary>
    public SequenceBuilder Builder { get; }

    /// <summary>The chat template; null when the model has none.</summary>
    public ChatTemplate? Template { get; }

    /// <summary>The sequences of an example.</summary>
    /// <exception cref="DataException">The row cannot be trained as the settings ask.</exception>
    /// <exception cref="ModelFolderException">The row is a chat and there is no usable template.</exception>
    public BuildResult Build(Example example)
    {
        switch (example)
        {
            case ConversationExample when _noTemplate is not null:
                throw new ModelFolderException($"{example.Origin}: the row is a chat, which needs a chat template. {_noTemplate.Message}", _noTemplate);
            case TextExample or PromptCompletionExample or SegmentsExample when _data.AssistantOnly:
                throw new DataException($"{example.Origin}: assistant_only_loss needs chats, but the row is plain text. Turn it off, or give messages.");
            case not TokenizedExample when _data.SkipPreparation:
                throw new DataException($"{example.Origin}: skip_prepare_dataset takes rows that are tokens already, but this one has no input_ids. Leave the setting out.");
            case TokenizedExample { FromMasks: true } when _data.SkipPreparation:
                throw new DataException($"{example.Origin}: skip_prepare_dataset takes rows as they are, but this one has masks and no labels. Add a labels column, or leave the setting out.");
            default:
                return Builder.Build(example);
        }
    }

    /// <summary>How sequences are packed; null: not at all.</summary>
    /// <exception cref="ConfigException">There is no row length, or beginnings are to be shared without whole examples in packed rows.</exception>
    public PackingOptions? Packing(bool evaluation)
    {
        if (_data.SharePrefixes && !_data.Packing)
            throw new ConfigException("packing_share_prefixes needs packing: examples can share their beginning within a packed row only. Set packing to true.");
        if (_data.SharePrefixes && _data.PackingStrategy != "bfd")
            throw new ConfigException($"packing_share_prefixes needs whole examples, and packing_strategy {_data.PackingStrategy} cuts them. Set it to bfd, or packing_share_prefixes to false.");
        if (!(evaluation ? _data.EvaluationPacking ?? _data.Packing : _data.Packing)) return null;
        return new()
        {
            RowLength = _data.MaxLength ?? throw new ConfigException("packing needs max_length: the size of a packed row."),
            SharePrefixes = _data.SharePrefixes,
            Strategy = _data.PackingStrategy switch { "bfd_split" => PackingStrategy.BfdSplit, "wrapped" => PackingStrategy.Wrapped, _ => PackingStrategy.BestFit },
        };
    }

    /// <summary>Adds everything here that decides about tokens and weights to the address of prepared data.</summary>
    public void AddTo(CacheKey key)
    {
        key.Add("template", Template?.Source ?? "");
        key.Add("policy", Builder.Policy.ToRowValue().ToString());
        key.Add("options", FormattableString.Invariant(
            $"{_options.Now:O}|{string.Join(',', _options.StopIds)}|{_options.EosToken}|{_options.AppendEos}|{_options.TemplateKwargs}|{_options.MaxLength}|{_options.Overflow}|{_options.MinTrainedTokens}|{_data.AssistantOnly}|{_data.SkipPreparation}"));
        foreach (var file in Directory.EnumerateFiles(_folder).Where(f => !WeightFiles.Contains(Path.GetExtension(f))).Order(StringComparer.Ordinal))
        {
            key.Add("model file", Path.GetFileName(file));
            key.AddFile(file);
        }
    }

    private static OverflowRule Overflow(SftSettings settings) => settings.Given.Contains("overflow") || !settings.Given.Contains("truncation_mode")
        ? settings.Data.Overflow
        : settings.Data.TruncationMode == "keep_end" ? OverflowRule.TokenLeft : OverflowRule.TokenRight;

    /// <summary>The policy, or what TRL's switches mean when one of them was given.</summary>
    private static TrainPolicy Policy(SftSettings settings)
    {
        var data = settings.Data;
        if (data.Policy is { } policy) return policy;
        return settings.Given.Contains("completion_only_loss") ? TrainPolicy.Assistant with { CompletionOnly = data.CompletionOnly ?? true } : TrainPolicy.Assistant;
    }
}
