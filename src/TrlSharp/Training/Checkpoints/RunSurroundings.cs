using TrlSharp.Checkpoints;
using TrlSharp.Packing;

namespace TrlSharp.Training.Checkpoints;

/// <summary>What is around a run: who watches, what is evaluated, where it is written.</summary>
internal sealed record RunSurroundings
{
    /// <summary>Held-out rows by name; null for none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<PackedRow>>? Evaluation { get; init; }

    /// <summary>Told what happens, on the training thread; null for nobody.</summary>
    public IProgress<RunEvent>? Progress { get; init; }

    /// <summary>Answers the sample prompts; null for none.</summary>
    public Func<CancellationToken, IReadOnlyList<RunSample>>? Sample { get; init; }

    /// <summary>Files that go into every checkpoint: the chat template that was used, for example.</summary>
    public IReadOnlyList<CheckpointFile> Companions { get; init; } = [];

    /// <summary>The file system of checkpoints.</summary>
    public IDisk Disk { get; init; } = TrlSharp.Checkpoints.Disk.Instance;

    /// <summary>The clock of everything that is told about speed.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
