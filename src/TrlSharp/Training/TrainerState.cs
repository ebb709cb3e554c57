namespace TrlSharp.Training;

/// <summary>
/// Where a run stands, apart from weights and optimizer. Together with them it is all a resumed run needs: the order of rows, the schedule and random numbers are
/// functions of the number of the update.
/// </summary>
internal sealed record TrainerState
{
    /// <summary>Updates done.</summary>
    public int GlobalStep { get; init; }

    public double Epoch { get; init; }

    /// <summary>Tokens read so far.</summary>
    public long Tokens { get; init; }

    /// <summary>Σ of the losses of all updates.</summary>
    public double LossSum { get; init; }

    /// <summary>Since the last log entry.</summary>
    public LogWindow Window { get; init; } = new();

    public IReadOnlyList<LogEntry> History { get; init; } = [];

    public double? BestMetric { get; init; }

    public int? BestStep { get; init; }

    /// <summary>Name of the best checkpoint's folder.</summary>
    public string? BestCheckpoint { get; init; }

    /// <summary>Evaluations in a row that were not better by the threshold.</summary>
    public int EvaluationsWithoutGain { get; init; }
}
