using TrlSharp.Losses;

namespace TrlSharp.Training;

/// <summary>One optimizer step.</summary>
public sealed record StepResult
{
    /// <summary>The divided loss of the step: Σ over its micro-batches of weight · loss, over the divisor of the step.</summary>
    public required double Loss { get; init; }

    /// <summary>The divisor of the step; 0 when nothing in it was trained.</summary>
    public required double Divisor { get; init; }

    /// <summary>Length of the gradient before clipping.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>The rate this update was made with.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Sums of each micro-batch, in order.</summary>
    public required IReadOnlyList<BatchLoss> MicroBatches { get; init; }

    /// <summary>False when the weights were left alone because nothing in the step was trained.</summary>
    public required bool Applied { get; init; }
}
