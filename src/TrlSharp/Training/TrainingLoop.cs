using System.Globalization;
using TorchSharp.Modules;
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
    private readonly (string Name, Parameter Value)[] _parameters;
    private bool _gradientsSeen;

    /// <summary>Ties the parts together; nothing is computed yet.</summary>
    /// <param name="parameters">Those that train; others are left out.</param>
    /// <param name="objective">Batch to gradient.</param>
    /// <param name="optimizer">Made for the same parameters.</param>
    /// <param name="schedule">Rate of each update.</param>
    public TrainingLoop(
        IEnumerable<(string Name, Parameter Value)> parameters, IObjective<TBatch> objective, IOptimizer optimizer, LearningRateSchedule schedule)
    {
        _parameters = [.. parameters.Where(p => p.Value.requires_grad)];
        if (_parameters.Length == 0) throw new ConfigException("No parameter of the model is trainable: everything is frozen. Free some, or add an adapter.");
        (_objective, _optimizer, _schedule) = (objective, optimizer, schedule);
    }

    /// <summary>Limit for the length of the gradient; 0 for none. Default 1.</summary>
    public double MaxGradientNorm { get; init; } = 1;

    /// <summary>
    /// Whether a step without any trained token still updates the weights with a gradient of zero (AdamW's momentum and weight decay then move them), as transformers does. Default false.
    /// </summary>
    public bool ApplyUntrainedSteps { get; init; }

    /// <summary>One update from all of its micro-batches, which are read in order and may be made while it runs.</summary>
    /// <param name="update">0 for the first update of the run.</param>
    /// <param name="microBatches">At least one.</param>
    /// <param name="stop">Checked before every micro-batch. When it stops the step, the weights and the optimizer are as before the step.</param>
    /// <exception cref="NumericException">The gradient is not finite. The weights and the optimizer are as before the step.</exception>
    public StepResult Step(int update, IReadOnlyList<TBatch> microBatches, CancellationToken stop = default)
    {
        using var scope = NewDisposeScope();
        ClearGradients();
        var divisor = _objective.Divisor(microBatches);
        var rate = _schedule.RateOf(update);
        var losses = new BatchLoss[microBatches.Count];
        for (var i = 0; i < losses.Length; i++)
        {
            stop.ThrowIfCancellationRequested();
            losses[i] = _objective.Backward(microBatches[i], divisor > 0 ? divisor : 1);
        }

        var sum = losses.Sum(l => l.Sum);
        var norm = 0.0;
        var applied = divisor > 0 || ApplyUntrainedSteps;
        if (applied)
        {
            var gradients = Gradients(divisor > 0);
            norm = GradientNorm.Of(gradients);
            if (!double.IsFinite(norm) || !double.IsFinite(sum)) throw NotFinite(update, sum, norm, losses);
            GradientNorm.Clip(gradients, norm, MaxGradientNorm);
            _optimizer.Step(rate);
        }

        ClearGradients();
        return new()
        {
            Loss = divisor > 0 ? sum / divisor : 0, Divisor = divisor, GradientNorm = norm, LearningRate = rate, MicroBatches = losses, Applied = applied,
        };
    }

    private void ClearGradients()
    {
        foreach (var (_, value) in _parameters) value.grad = null;
    }

    /// <summary>
    /// A parameter that a step does not reach (an expert nobody was routed to) gets a gradient of zero, so that what the optimizer does with it does not depend on
    /// how rows fell into steps. In the first step with trained tokens it is a fault: something is not connected.
    /// </summary>
    private Tensor[] Gradients(bool trained)
    {
        var missing = _parameters.Where(p => p.Value.grad is null).ToList();
        if (trained && !_gradientsSeen && missing.Count > 0)
            throw new ConfigException(string.Create(CultureInfo.InvariantCulture,
                $"{missing.Count} of {_parameters.Length} trainable parameters got no gradient in the first step, {missing[0].Name} first. They would never change: freeze them, or mend the model."));
        _gradientsSeen |= trained;
        foreach (var (_, value) in missing) value.grad = zeros_like(value);
        return [.. _parameters.Select(p => p.Value.grad!)];
    }

    private static NumericException NotFinite(int update, double sum, double norm, BatchLoss[] losses)
    {
        var bad = Array.FindIndex(losses, l => !double.IsFinite(l.Sum));
        return new(string.Create(CultureInfo.InvariantCulture,
            $"Update {update + 1}: the gradient is not finite (norm {norm}, loss {sum}{(bad < 0 ? "" : $", first in micro-batch {bad + 1} of {losses.Length}")}). The weights were left as they were. ")
            + "Lower learning_rate, or look at the rows of this update.");
    }
}
