using System.Collections.Immutable;
using System.Text.Json.Serialization;

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

    /// <summary>Of a micro-batch, where they were measured before the first update; null otherwise.</summary>
    public long? MicroBatchTokens { get; init; }

    /// <summary>Σ of the losses of all updates.</summary>
    public double LossSum { get; init; }

    /// <summary>Since the last log entry.</summary>
    public LogWindow Window { get; init; } = new();

    /// <summary>Everything logged so far.</summary>
    public ImmutableList<LogEntry> History { get; init; } = [];

    /// <summary>The evaluation after this update is still to be made: the run was stopped before or in the middle of it.</summary>
    public bool EvaluationDue { get; init; }

    public double? BestMetric { get; init; }

    public int? BestStep { get; init; }

    /// <summary>Evaluations in a row that were not better by the threshold.</summary>
    public int EvaluationsWithoutGain { get; init; }

    /// <summary>Mean of the losses of all updates; 0 before the first.</summary>
    [JsonIgnore]
    public double MeanLoss => GlobalStep > 0 ? LossSum / GlobalStep : 0;
}
