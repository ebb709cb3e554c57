using TrlSharp.Examples;
using TrlSharp.Mixtures;
using TrlSharp.Rows;
using TrlSharp.Sequences.Policies;

namespace TrlSharp.Sft.Options;

/// <summary>Which rows are trained on, and how they become token sequences. Names and defaults are TRL's.</summary>
public sealed record SftDataSettings
{
    /// <summary>A file, a pattern, a folder, or a repository in the local hub cache.</summary>
    public string? Path { get; init; }

    /// <summary>Configuration of a repository with several.</summary>
    public string? Configuration { get; init; }

    /// <summary>Split to train on.</summary>
    public string TrainSplit { get; init; } = "train";

    /// <summary>Split to evaluate on.</summary>
    public string TestSplit { get; init; } = "test";

    /// <summary>A mixture: the list under <c>datasets</c>; null for a single data set.</summary>
    public RowValue? Mixture { get; init; }

    /// <summary>Rows (or, below 1, share of the rows) to hold out for evaluation; null for none.</summary>
    public double? TestSplitSize { get; init; }

    /// <summary>Column of raw text.</summary>
    public string TextColumn { get; init; } = "text";

    /// <summary>Longest sequence, or size of a packed row; null for no limit.</summary>
    public int? MaxLength { get; init; } = 1024;

    /// <summary><c>keep_start</c> or <c>keep_end</c>.</summary>
    public string TruncationMode { get; init; } = "keep_start";

    /// <summary>Shuffles before packing.</summary>
    public bool Shuffle { get; init; }

    /// <summary>Puts several examples into one row.</summary>
    public bool Packing { get; init; }

    /// <summary><c>bfd</c>, <c>bfd_split</c> or <c>wrapped</c>.</summary>
    public string PackingStrategy { get; init; } = "bfd";

    /// <summary>Whether examples that one chat was split into have their common beginning once in a packed row; see <see cref="TrlSharp.Packing.PackingOptions.SharePrefixes"/>.</summary>
    public bool SharePrefixes { get; init; }

    /// <summary>Whether evaluation rows are packed; null as <see cref="Packing"/>.</summary>
    public bool? EvaluationPacking { get; init; }

    /// <summary>Trains completions only; null: where a row has prompt and completion.</summary>
    public bool? CompletionOnly { get; init; }

    /// <summary>Trains assistant turns only.</summary>
    public bool AssistantOnly { get; init; }

    /// <summary>Takes rows as they are: already tokenised.</summary>
    public bool SkipPreparation { get; init; }

    /// <summary>
    /// Which tokens are trained; null: what <see cref="AssistantOnly"/> and <see cref="CompletionOnly"/> say, else all assistant turns of chats,
    /// completions of prompts, and everything of plain text.
    /// </summary>
    public TrainPolicy? Policy { get; init; }

    /// <summary>
    /// What becomes of examples longer than <see cref="MaxLength"/>. Default: they are dropped and counted. Where only <see cref="TruncationMode"/> was
    /// given, that counts.
    /// </summary>
    public OverflowRule Overflow { get; init; } = OverflowRule.Drop;

    /// <summary>The date that templates are told when they ask for it; null: those that ask are refused.</summary>
    public DateTime? TemplateDate { get; init; }

    /// <summary>How rows become examples: format, names of columns and roles, tool arguments. <see cref="TextColumn"/> is added to its mapping.</summary>
    public ExampleReaderOptions Reader { get; init; } = new();

    /// <summary>Rows must pass all of these. Default none.</summary>
    public IReadOnlyList<RowFilter> Filters { get; init; } = [];

    /// <summary>In which order the sources of a mixture come. Default one after another, as in TRL.</summary>
    public MixtureOrder MixtureOrder { get; init; } = MixtureOrder.Concatenate;

    /// <summary>When an interleaved mixture ends. Default when all is read.</summary>
    public MixtureStop MixtureStop { get; init; } = MixtureStop.AllRead;

    /// <summary>Rows to evaluate on, as a file, pattern or folder; null: <see cref="TestSplitSize"/>, else <see cref="TestSplit"/> of the data set.</summary>
    public string? EvaluationPath { get; init; }

    /// <summary>Leaves out rows that say the same as an earlier one.</summary>
    public bool Deduplicate { get; init; }

    /// <summary>Leaves out rows whose prompt is in the evaluation rows.</summary>
    public bool Decontaminate { get; init; }

    /// <summary>Goes round rows that cannot be used: they are counted and written to quarantine.jsonl in the output folder.</summary>
    public bool KeepGoing { get; init; }

    /// <summary>The run stops when more than this share of the rows is refused or dropped; null: 0.05, and 1 (any share but all) with <see cref="KeepGoing"/>.</summary>
    public double? MostDropped { get; init; }

    /// <summary>
    /// Where prepared data are kept between runs: a folder, <c>none</c>, or <c>auto</c>: for data files of 16 MiB and more <c>$TRLSHARP_CACHE</c>, else
    /// <c>trlsharp/prepared</c> below the user's cache folder.
    /// </summary>
    public string Cache { get; init; } = "auto";

    /// <summary>Gigabytes (10⁹ bytes) that the folder for prepared data may hold; beyond that, what was used longest ago is removed. Default 100.</summary>
    public double CacheGigabytes { get; init; } = 100;
}
