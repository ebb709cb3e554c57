using TrlSharp.Batches;
using TrlSharp.Losses;
using TrlSharp.Models;
using TrlSharp.Optimization;
using TrlSharp.Packing;
using TrlSharp.Training;
using TrlSharp.Training.Checkpoints;
using TrlSharp.Training.Guards;
using TrlSharp.Training.Reports;
using static TorchSharp.torch;

namespace TrlSharp.Sft;

/// <summary>Supervised fine-tuning: packed rows in, a trained model out. The same inputs give the same weights, bit for bit, however often the run is stopped and resumed.</summary>
public static class SftTrainer
{
    /// <summary>Trains the parameters of <paramref name="model"/> that require a gradient, in place.</summary>
    /// <param name="model">Its weights change.</param>
    /// <param name="rows">Training data. Read by index, in the order of the run.</param>
    /// <param name="options">How to train. With an output folder, checkpoints and logs are written there, and a run can be resumed.</param>
    /// <param name="evaluation">Held-out rows by name; a single set may have an empty name.</param>
    /// <param name="progress">Told about every update, log entry, evaluation and checkpoint, on the training thread.</param>
    /// <param name="stop">Stops between micro-batches; the weights are then those after the last complete update, and a checkpoint of them is saved.</param>
    /// <exception cref="ConfigException">The settings cannot work, or are not those of the checkpoint to resume.</exception>
    /// <exception cref="DataException">There are no rows, no trained tokens, or a row that the model cannot read.</exception>
    /// <exception cref="DiskException">A checkpoint could not be written; earlier ones are intact.</exception>
    /// <exception cref="ModelFolderException">The checkpoint to resume is damaged.</exception>
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
        using var mine = options.Training.OutputFolder is { } folder ? RunLock.Take(Directory.CreateDirectory(folder).FullName) : null;
        return Train(model, rows, options, OptimizerFor(model, options), new RunSurroundings { Evaluation = evaluation, Progress = progress }, stop);
    }

    /// <summary>Over everything in the model that trains.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">Which optimizer.</param>
    /// <param name="stored">More exact start values than the model has, by name.</param>
    internal static IOptimizer OptimizerFor(ICausalLM model, SftOptions options, Func<string, Tensor?>? stored = null) =>
        Optimizers.Create(options.Training.Optimizer, ParameterGroup.Split(model.Parameters, options.Training.Optimizer.WeightDecay), stored);

    /// <summary>For a caller that holds the lock of the output folder.</summary>
    internal static RunResult Train(ICausalLM model, IReadOnlyList<PackedRow> rows, SftOptions options, IOptimizer optimizer, RunSurroundings surroundings, CancellationToken stop)
    {
        options.Check();
        CheckTrained(rows);
        var (evaluation, training, progress) = (surroundings.Evaluation ?? NoEvaluation, WithMicroBatches(options.Training, model), surroundings.Progress);
        CheckTrees(model, evaluation.Values.Prepend(rows), options);
        var lengths = PackedRows.LengthsOf(rows);
        var plan = new BatchPlan(lengths, training);
        var checkpoints = training.OutputFolder is { } folder ? Checkpoints(folder, model, optimizer, options, surroundings, DataOf(rows, evaluation)) : null;
        var state = checkpoints?.Resume(training, plan.TotalUpdates, progress) ?? new();
        if (training.MicroBatchProbe)
        {
            state = state with { MicroBatchTokens = state.MicroBatchTokens ?? MicroBatchProbe.Find(model, rows, options, optimizer, progress, stop) };
            plan = new(lengths, training with { MicroBatchTokens = state.MicroBatchTokens });
        }

        if (MemoryGuard.NoticeFor(RunMemory.Of(model, optimizer, plan.TokensOf(plan.LargestMicroBatch())), MemoryGuard.Available) is { } notice) progress?.Report(new RunEvent.Notice(notice));
        using var logs = new LogFiles(training, state, surroundings.Clock);
        var collator = new Collator(model.VocabularySize, options.Normalization);
        var objective = new SftObjective(model, options.Loss, options.Normalization);
        var run = new TrainingRun<PackedBatch>(training, plan)
        {
            Loop = new(objective, optimizer, LearningRateSchedule.Create(training.Schedule, training.Optimizer.LearningRate, training.WarmupSteps, plan.TotalUpdates, training.ScheduleArguments))
            {
                MaxGradientNorm = training.MaxGradientNorm,
                ApplyUntrainedSteps = training.LikeTrl.HasFlag(TrlBehaviours.UntrainedSteps),
                Seed = (ulong)training.Seed,
            },
            Objective = objective,
            Collate = numbers => collator.Collate(numbers.Select(n => rows[n])),
            EvaluationSets = [.. evaluation.Select(set => EvaluationSet(set.Key, set.Value, model, training.EvaluationBatchSize))],
            Progress = progress,
            Checkpoints = checkpoints,
            Logs = logs.Sinks,
            Guards = new(Guessing(model, options), numbers => RowOrigins.Of(rows, numbers), text => progress?.Report(new RunEvent.Notice(text))),
            Sample = surroundings.Sample,
            Speed = SpeedMeter.For(model, training, plan.TotalUpdates, surroundings.Clock),
        };
        return run.Fit(state, stop);
    }

    private static readonly Dictionary<string, IReadOnlyList<PackedRow>> NoEvaluation = [];

    /// <summary>The loss of a model that knows nothing, where the loss of the run is one.</summary>
    private static double? Guessing(ICausalLM model, SftOptions options) =>
        options is { Loss: { Kind: TokenLossKind.Nll, LabelSmoothing: 0, ZLoss: 0 }, Normalization.Name: "token" } ? Math.Log(model.VocabularySize) : null;

    /// <summary>Where updates are counted in tokens and nobody said how large a micro-batch is, the model's own size says it.</summary>
    internal static TrainingOptions WithMicroBatches(TrainingOptions training, ICausalLM model) =>
        training is { TokensPerStep: { } tokens, MicroBatchTokens: null } ? training with { MicroBatchTokens = Math.Min(tokens, ActivationMemory.Tokens(model)) } : training;

    private static RunCheckpoints Checkpoints(string folder, ICausalLM model, IOptimizer optimizer, SftOptions options, RunSurroundings surroundings, string data) =>
        new(folder, options.Training.SaveLimit, surroundings.Disk)
        {
            Model = model,
            Optimizer = optimizer,
            Companions = surroundings.Companions,
            Identity = new(RunIdentity.SettingsOf(options with { Training = options.Training.OfResult() }, model), data, RunIdentity.FrozenOf(model)),
        };

    private static string DataOf(IReadOnlyList<PackedRow> rows, IReadOnlyDictionary<string, IReadOnlyList<PackedRow>> evaluation) =>
        RunIdentity.DataOf(evaluation.Select(set => ("eval " + set.Key, set.Value)).Prepend(("train", rows)));

    /// <summary>Always divided by Σ weights, so that evaluation losses compare across runs.</summary>
    private static EvaluationSet<PackedBatch> EvaluationSet(string name, IReadOnlyList<PackedRow> rows, ICausalLM model, int batchSize)
    {
        var collator = new Collator(model.VocabularySize, LossNormalization.Token);
        return new(name, [.. rows.Chunk(batchSize).Select(batch => (batch.Length, (Func<PackedBatch>)(() => collator.Collate(batch))))]);
    }

    /// <summary>Before rows whose examples share their beginning are read: that the model and the loss are the same for them.</summary>
    internal static void CheckTrees(ICausalLM model, IEnumerable<IReadOnlyList<PackedRow>> sets, SftOptions options)
    {
        if (!sets.Any(rows => rows is PackedRows packed ? packed.HasTrees : rows.Any(r => r.Tree is not null))) return;
        if (options.Loss.RouterBalance > 0)
            throw new ConfigException("router_aux_loss_coef balances experts over the tokens of a batch, of which shared ones would count once. Set it to 0, or packing_share_prefixes to false.");
        model.CheckSharedPrefixes();
    }

    private static void CheckTrained(IReadOnlyList<PackedRow> rows)
    {
        if (rows.Count > 0 && !rows.Any(r => r.Sequences.Any(s => s.Weights.Any(w => w > 0))))
            throw new DataException($"None of the {rows.Count} rows has a trained token: the loss would be 0 and the model would not change. Look at the masks with the command mask show.");
    }
}
