namespace TrlSharp.Training.Checkpoints;

/// <summary>What a command that runs a trainer adds to its checkpoints.</summary>
internal sealed record RunSurroundings
{
    /// <summary>Files that go into every checkpoint: the chat template that was used, for example.</summary>
    public IReadOnlyList<CheckpointFile> Companions { get; init; } = [];

    /// <summary>The file system of checkpoints.</summary>
    public IDisk Disk { get; init; } = Checkpoints.Disk.Instance;

    /// <summary>The clock of everything that is told about speed.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
