using System.Globalization;
using TrlSharp.Losses;
using TrlSharp.Optimization;
using static TorchSharp.torch;

namespace TrlSharp.Training;

/// <summary>
/// The optimizer step that every training method shares: losses are sums, and there is one division per step, by what all its micro-batches
/// together weigh. So the gradient does not depend on how the step was cut into micro-batches.
/// </summary>
/// <typeparam name="TBatch">What the method learns from.</typeparam>
public sealed class TrainingLoop<TBatch>
{
    private readonly IObjective<TBatch> _objective;
    private readonly IOptimizer _optimizer;
    private readonly LearningRateSchedule _schedule;
    private readonly GradientBuffer _gradients;

    /// <summary>Ties the parts together; nothing is computed yet.</summary>
    /// <param name="objective">Batch to gradient.</param>
    /// <param name="optimizer">Over everything that trains.</param>
    /// <param name="schedule">Rate of each update.</param>
    /// <exception cref="ConfigException">Nothing trains.</exception>
    public TrainingLoop(IObjective<TBatch> objective, IOptimizer optimizer, LearningRateSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        if (optimizer.Parameters.Count == 0) throw new ConfigException("No parameter of the model is trainable: everything is frozen. Free some, or add an adapter.");
        (_objective, _optimizer, _schedule, _gradients) = (objective, optimizer, schedule, new(optimizer.Parameters));
    }

    /// <summary>Limit for the length of the gradient; 0 for none. Default 1.</summary>
    public double MaxGradientNorm { get; init; } = 1;

    /// <summary>
    /// Whether a step without any trained token still updates the weights with a gradient of zero (AdamW's momentum and weight decay then move them), as transformers does. Default false.
    /// </summary>
    public bool ApplyUntrainedSteps { get; init; }

    /// <summary>Every micro-batch gets random numbers that depend on this and its place in the run alone. Default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>One update from all of its micro-batches, which are read in order and may be made while it runs.</summary>
    /// <param name="update">0 for the first update of the run.</param>
    /// <param name="microBatches">At least one.</param>
    /// <param name="stop">Checked before every micro-batch. When it stops the step, the weights and the optimizer are as before the step.</param>
    /// <exception cref="NumericException">The gradient is not finite. The weights and the optimizer are as before the step.</exception>
    public StepResult Step(int update, IReadOnlyList<TBatch> microBatches, CancellationToken stop = default)
    {
        using var scope = NewDisposeScope();
        var divisor = _objective.Divisor(microBatches);
        var rate = _schedule.RateOf(update);
        var random = SeededRandom.ForPart(Seed, update);
        var losses = new BatchLoss[microBatches.Count];
        _gradients.Begin();
        try
        {
            for (var i = 0; i < losses.Length; i++)
            {
                stop.ThrowIfCancellationRequested();
                losses[i] = _objective.Backward(microBatches[i], divisor > 0 ? divisor : 1, random.NextUInt64());
                _gradients.Collect();
            }
        }
        finally
        {
            _gradients.End();
        }

        var sum = losses.Sum(l => l.Sum);
        var norm = 0.0;
        var applied = divisor > 0 || ApplyUntrainedSteps;
        if (applied)
        {
            var gradients = _gradients.Take(divisor > 0);
            norm = GradientNorm.Of(gradients);
            if (!double.IsFinite(norm) || !double.IsFinite(sum)) throw NotFinite(update, sum, norm, losses);
            _optimizer.Step(gradients, rate, GradientNorm.Factor(norm, MaxGradientNorm));
        }

        return new()
        {
            Loss = divisor > 0 ? sum / divisor : 0, Divisor = divisor, GradientNorm = norm, LearningRate = rate, MicroBatches = losses, Applied = applied,
        };
    }

    private static NumericException NotFinite(int update, double sum, double norm, BatchLoss[] losses)
    {
        var bad = Array.FindIndex(losses, l => !double.IsFinite(l.Sum));
        return new(string.Create(CultureInfo.InvariantCulture,
            $"Update {update + 1}: the gradient is not finite (norm {norm}, loss {sum}{(bad < 0 ? "" : $", first in micro-batch {bad + 1} of {losses.Length}")}). The weights were left as they were. ")
            + "Lower learning_rate, or look at the rows of this update.");
    }
}
