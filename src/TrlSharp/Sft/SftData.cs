using TrlSharp.Examples;
using TrlSharp.Mixtures;
using TrlSharp.Packing;
using TrlSharp.Preparation;
using TrlSharp.Sequences;
using TrlSharp.Sft.Options;
using TrlSharp.Templates;

namespace TrlSharp.Sft;

/// <summary>The first six arrows: from data sets to packed rows, with an account of where everything went.</summary>
public sealed class SftData : IDisposable
{
    private readonly SftDataSet _training;
    private readonly SftDataSet? _evaluation;
    private readonly SftEncoder _encoder;

    private SftData(SftDataSet training, SftDataSet? evaluation, SftEncoder encoder, ConversationExample? firstChat, IReadOnlyList<string> notices)
    {
        (_training, _evaluation, _encoder, FirstChat, Notices) = (training, evaluation, encoder, firstChat, notices);
        if (evaluation is not null) Evaluation = new Dictionary<string, IReadOnlyList<PackedRow>> { [""] = evaluation.Rows };
    }

    /// <summary>What batches are made of.</summary>
    public IReadOnlyList<PackedRow> Rows => _training.Rows;

    /// <summary>The sequences before packing, in the order of the data.</summary>
    public IReadOnlyList<TokenSequence> Sequences => _training.Sequences;

    /// <summary>Held-out rows by name; empty when nothing is evaluated.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<PackedRow>> Evaluation { get; } = new Dictionary<string, IReadOnlyList<PackedRow>>();

    /// <summary>Where every row and token of the training data went.</summary>
    public Account Account => _training.Notes.Account;

    /// <summary>Where every row and token of the evaluation data went; null when nothing is evaluated.</summary>
    public Account? EvaluationAccount => _evaluation?.Notes.Account;

    /// <summary>The rows that were gone round (<c>keep_going</c>), training before evaluation.</summary>
    public IEnumerable<RefusedRow> Refused => _training.Notes.Refused.Concat(_evaluation?.Notes.Refused ?? []);

    /// <summary>What should be said before the first step, such as a cache that cannot be written.</summary>
    public IReadOnlyList<string> Notices { get; }

    /// <summary>What made the sequences; it also explains them.</summary>
    public SequenceBuilder Builder => _encoder.Builder;

    /// <summary>The chat template; null when the data need none and the model has none.</summary>
    public ChatTemplate? Template => _encoder.Template;

    /// <summary>The first chat of the data, to be shown; null when there is none.</summary>
    public ConversationExample? FirstChat { get; }

    /// <summary>The files in which the prepared data are kept; none when they are not.</summary>
    public IEnumerable<string> PreparedFiles => new[] { _training, _evaluation }.Select(s => s?.PreparedFile).OfType<string>();

    /// <summary>The data sets that the settings name, and how their rows are read.</summary>
    /// <exception cref="ConfigException">They are wrong.</exception>
    public static IReadOnlyList<SourceOptions> Sources(SftSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return SftSources.Of(settings.Data);
    }

    /// <summary>The folder that <c>data_cache</c> names, whether or not it is there; null for none.</summary>
    public static string? CacheFolder(string setting) => setting switch { "none" => null, "auto" => SftCache.DefaultFolder(), _ => setting };

    /// <summary>What makes sequences under these settings, without reading any data.</summary>
    /// <exception cref="ConfigException">Settings are wrong.</exception>
    /// <exception cref="ModelFolderException">Tokenizer or template are missing or damaged.</exception>
    public static SequenceBuilder CreateBuilder(SftSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new SftEncoder(settings).Builder;
    }

    /// <summary>Reads, renders, tokenises, weights and packs the training rows, and the evaluation rows when the run evaluates.</summary>
    /// <param name="settings">Of the run.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="stop">Ends the preparation between two rows.</param>
    /// <exception cref="ConfigException">Paths or settings are wrong.</exception>
    /// <exception cref="DataException">A row cannot be trained; the message names it. Or the account does not add up.</exception>
    /// <exception cref="ModelFolderException">Tokenizer or template are missing or damaged.</exception>
    /// <exception cref="DiskException">The folder for prepared data cannot be written.</exception>
    public static SftData Prepare(SftSettings settings, IProgress<PreparationProgress>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var encoder = new SftEncoder(settings);
        var training = SftSources.Training(settings) with { Progress = progress };
        var evaluation = SftSources.Evaluation(settings, training) is { } options ? options with { Progress = progress } : null;
        if (settings.Data.Decontaminate)
            training = training with { Contaminated = Prompts(evaluation ?? throw new ConfigException("decontaminate compares with the evaluation rows, and there are none. Set eval_strategy.")) };
        var notices = new List<string>();
        var cache = SftCache.Open(settings.Data.Cache, (long)(settings.Data.CacheGigabytes * 1e9), notices);
        ulong? seed = settings.Data.Shuffle ? (ulong)settings.Training.Training.Seed : null;
        SftDataSet? trained = null;
        SftDataSet? evaluated = null;
        try
        {
            trained = SftDataSet.Prepare(training, encoder, encoder.Packing(evaluation: false), seed, cache, stop);
            if (evaluation is not null) evaluated = SftDataSet.Prepare(evaluation, encoder, encoder.Packing(evaluation: true), shuffleSeed: null, cache, stop);
            if (settings.Data.SharePrefixes && !trained.Rows.HasTrees) notices.Add("packing_share_prefixes changes nothing: no row of the data was split into examples that share their beginning within max_length.");
            var chat = trained.Notes.FirstChat is { } first ? new ExampleReader(training.Sources[first.Source].Reader).Read(first.Row).Examples[0] as ConversationExample : null;
            var data = new SftData(trained, evaluated, encoder, chat, notices);
            (trained, evaluated) = (null, null);
            return data;
        }
        finally
        {
            trained?.Dispose();
            evaluated?.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _training.Dispose();
        _evaluation?.Dispose();
    }

    /// <summary>The prompts of all rows.</summary>
    private static HashSet<ContentHash> Prompts(PreparationOptions options)
    {
        var prompts = new HashSet<ContentHash>();
        foreach (var hash in options.Sources.SelectMany(SftSources.PromptHashes)) prompts.Add(hash);
        return prompts;
    }
}
