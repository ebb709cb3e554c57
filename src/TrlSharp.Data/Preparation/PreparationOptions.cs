using TrlSharp.Mixtures;

namespace TrlSharp.Preparation;

/// <summary>From sources to sequences: what is read, in which order, and what is left out.</summary>
public sealed record PreparationOptions
{
    /// <summary>The data sets. Required.</summary>
    public required IReadOnlyList<SourceOptions> Sources { get; init; }

    /// <summary>Default one after another.</summary>
    public MixtureOrder Order { get; init; } = MixtureOrder.Concatenate;

    /// <summary>When interleaving ends. Default when all is read.</summary>
    public MixtureStop Stop { get; init; } = MixtureStop.AllRead;

    /// <summary>Seed of the shuffle; null, the default: the order of the files.</summary>
    public ulong? ShuffleSeed { get; init; }

    /// <summary>Examples held for shuffling; a data set that fits is permuted completely. Default 100,000.</summary>
    public int ShuffleBuffer { get; init; } = 100_000;

    /// <summary>Share of prompts held out for evaluation, by hash of the prompt: rows added later move no row from one side to the other. Default 0.</summary>
    public double HoldOut { get; init; }

    /// <summary>Chooses another share of the same size. Default 0.</summary>
    public ulong HoldOutSalt { get; init; }

    /// <summary>Give the held-out examples instead of the others. Default false.</summary>
    public bool HeldOutOnly { get; init; }

    /// <summary>Leave out examples that say the same as an earlier one. Default false.</summary>
    public bool Deduplicate { get; init; }

    /// <summary>Leave out examples whose prompt (<see cref="ContentHash.OfPrompt"/>) is one of these: those of the evaluation sets. Default none.</summary>
    public IReadOnlySet<ContentHash> Contaminated { get; init; } = new HashSet<ContentHash>();

    /// <summary>Go on after a row that cannot be read, and count it. Default false: the first one stops the run.</summary>
    public bool KeepGoing { get; init; }

    /// <summary>Told every refused row, in the order of the rows, when the run keeps going. Default null.</summary>
    public Action<RefusedRow>? OnRefused { get; init; }

    /// <summary>Told how far the preparation is, every so many rows, in the thread that enumerates. Default null.</summary>
    public IProgress<PreparationProgress>? Progress { get; init; }

    /// <summary>The run stops when more than this share of the rows is refused or dropped. Default 0.05; 1 allows any share but all.</summary>
    public double MostDropped { get; init; } = 0.05;

    /// <summary>Threads that read, render and tokenise. The result does not depend on it. Default: one per core.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Every fault of these options.</summary>
    public IEnumerable<string> Problems()
    {
        if (Sources.Count == 0) yield return "There is no data set. Give at least one.";
        foreach (var problem in Sources.SelectMany(s => s.Reader.Problems().Select(p => $"{s.Location}: {p}"))) yield return problem;
        if (!(HoldOut >= 0 && HoldOut < 1)) yield return $"the share to hold out is {HoldOut}; it must be from 0 to below 1.";
        if (HeldOutOnly && HoldOut == 0) yield return "only held-out examples are wanted, but none are held out. Set the share.";
        if (!(MostDropped >= 0 && MostDropped <= 1)) yield return $"the share of rows that may be dropped is {MostDropped}; it must be from 0 to 1.";
        if (ShuffleBuffer < 1) yield return $"the shuffle buffer is {ShuffleBuffer}; it must hold at least 1 example.";
        if (Threads < 1) yield return $"the number of threads is {Threads}; it must be at least 1.";
    }
}
