namespace TrlSharp.Training;

/// <summary>What a run will do, read, hold and take, told before its first update.</summary>
public sealed record RunPlan
{
    /// <summary>Rows of the training data, packed or not.</summary>
    public required int Rows { get; init; }

    /// <summary>Tokens of one pass over them.</summary>
    public required long Tokens { get; init; }

    /// <summary>Optimizer steps.</summary>
    public required int Updates { get; init; }

    /// <summary>Epochs that are begun.</summary>
    public required int Epochs { get; init; }

    /// <summary>Tokens of all updates together.</summary>
    public required long TokensOfRun { get; init; }

    /// <summary>Micro-batches of the first update, in tokens.</summary>
    public required IReadOnlyList<int> FirstUpdate { get; init; }

    /// <summary>Numbers in the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>Those that train.</summary>
    public required long Trainable { get; init; }

    /// <summary>What it holds, estimated.</summary>
    public required RunMemory Memory { get; init; }

    /// <summary>Bytes that the process held at most in the probe: everything but the optimizer.</summary>
    public required long ProbedBytes { get; init; }

    /// <summary>Seconds for the whole run at the speed of the probe; null without one.</summary>
    public required double? Seconds { get; init; }
}
