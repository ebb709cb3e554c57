namespace TrlSharp.Training;

/// <summary>How a run ended.</summary>
public sealed record RunResult
{
    /// <summary>Updates done, those before a resume included.</summary>
    public required int Updates { get; init; }

    /// <summary>Updates that the run was to have.</summary>
    public required int TotalUpdates { get; init; }

    /// <summary>Mean of the losses of all updates.</summary>
    public required double TrainLoss { get; init; }

    /// <summary>Tokens read.</summary>
    public required long Tokens { get; init; }

    /// <summary>Everything that was logged, oldest first.</summary>
    public required IReadOnlyList<LogEntry> Log { get; init; }

    /// <summary>Why the run ended before its last update; null if it did not.</summary>
    public string? StoppedEarly { get; init; }

    /// <summary>The best evaluation and the update it was made after; null without evaluations.</summary>
    public (double Metric, int Step)? Best { get; init; }
}
