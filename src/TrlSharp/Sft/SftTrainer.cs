using TrlSharp.Batches;
using TrlSharp.Models;
using TrlSharp.Optimization;
using TrlSharp.Packing;
using TrlSharp.Training;

namespace TrlSharp.Sft;

/// <summary>Supervised fine-tuning: packed rows in, a trained model out. The same inputs give the same weights, bit for bit.</summary>
public static class SftTrainer
{
    /// <summary>Trains the parameters of <paramref name="model"/> that require a gradient, in place.</summary>
    /// <param name="model">Its weights change.</param>
    /// <param name="rows">Training data. Read by index, in the order of the run.</param>
    /// <param name="options">How to train.</param>
    /// <param name="evaluation">Held-out rows by name; a single set may have an empty name.</param>
    /// <param name="progress">Told about every update, log entry, evaluation and checkpoint, on the training thread.</param>
    /// <param name="stop">Stops between micro-batches; the weights are then those after the last complete update.</param>
    /// <exception cref="ConfigException">The settings cannot work.</exception>
    /// <exception cref="DataException">There are no rows, no trained tokens, or a row that the model cannot read.</exception>
    /// <exception cref="NumericException">A loss or gradient is not finite.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public static RunResult Train(
        ICausalLM model,
        IReadOnlyList<PackedRow> rows,
        SftOptions options,
        IReadOnlyDictionary<string, IReadOnlyList<PackedRow>>? evaluation = null,
        IProgress<RunEvent>? progress = null,
        CancellationToken stop = default)
    {
        options.Check();
        CheckTrained(rows);
        var training = options.Training;
        var plan = new BatchPlan(PackedRows.LengthsOf(rows), training);
        var collator = new Collator(model.VocabularySize, options.Normalization);
        var objective = new SftObjective(model, options.Loss, options.Normalization);
        var groups = ParameterGroup.Split(model.Parameters, training.Optimizer.WeightDecay);
        var optimizer = Optimizers.Create(training.Optimizer, groups);
        var schedule = LearningRateSchedule.Create(training.Schedule, training.Optimizer.LearningRate, training.WarmupSteps, plan.TotalUpdates, training.ScheduleArguments);
        var loop = new TrainingLoop<PackedBatch>(objective, optimizer, schedule)
        {
            MaxGradientNorm = training.MaxGradientNorm,
            ApplyUntrainedSteps = training.LikeTrl.HasFlag(TrlBehaviours.UntrainedSteps),
        };
        var run = new TrainingRun<PackedBatch>(training, plan)
        {
            Loop = loop,
            Objective = objective,
            Collate = numbers => collator.Collate(numbers.Select(n => rows[n])),
            EvaluationSets = [.. (evaluation ?? NoEvaluation).Select(set => EvaluationSet(set.Key, set.Value, model, training.EvaluationBatchSize))],
            Progress = progress,
        };
        return run.Fit(new TrainerState(), stop);
    }

    private static readonly Dictionary<string, IReadOnlyList<PackedRow>> NoEvaluation = [];

    /// <summary>Always divided by Σ weights, so that evaluation losses compare across runs.</summary>
    private static EvaluationSet<PackedBatch> EvaluationSet(string name, IReadOnlyList<PackedRow> rows, ICausalLM model, int batchSize)
    {
        var collator = new Collator(model.VocabularySize, LossNormalization.Token);
        return new(name, [.. rows.Chunk(batchSize).Select(batch => (batch.Length, (Func<PackedBatch>)(() => collator.Collate(batch))))]);
    }

    private static void CheckTrained(IReadOnlyList<PackedRow> rows)
    {
        if (rows.Count > 0 && !rows.Any(r => r.Sequences.Any(s => s.Weights.Any(w => w > 0))))
            throw new DataException($"None of the {rows.Count} rows has a trained token: the loss would be 0 and the model would not change. Look at the masks with the command preview.");
    }
}
