using static TorchSharp.torch;

namespace TrlSharp.Training;

/// <summary>A run from its first update to its last: step, log, evaluate, save, stop. The same for every training method.</summary>
/// <typeparam name="TBatch">What the method learns from.</typeparam>
internal sealed class TrainingRun<TBatch>
{
    private readonly TrainingOptions _options;
    private readonly BatchPlan _plan;
    private readonly RunCalendar _calendar;

    public TrainingRun(TrainingOptions options, BatchPlan plan) => (_options, _plan, _calendar) = (options, plan, new(options, plan));

    /// <summary>One update.</summary>
    public required TrainingLoop<TBatch> Loop { get; init; }

    public required IObjective<TBatch> Objective { get; init; }

    /// <summary>Row numbers to a micro-batch.</summary>
    public required Func<int[], TBatch> Collate { get; init; }

    public IReadOnlyList<EvaluationSet<TBatch>> EvaluationSets { get; init; } = [];

    public IProgress<RunEvent>? Progress { get; init; }

    /// <summary>Goes on from a state to the end of the run.</summary>
    public RunResult Fit(TrainerState state, CancellationToken stop)
    {
        Progress?.Report(new RunEvent.Started(state.GlobalStep, _plan.TotalUpdates, _plan.Epochs));
        string? ended = null;
        if (_options.EvaluateOnStart && state.GlobalStep == 0) state = Evaluate(state, stop);
        while (state.GlobalStep < _plan.TotalUpdates && ended is null)
        {
            (state, var step) = Update(state, stop);
            if (_calendar.LogsAfter(state.GlobalStep)) state = Log(state, step);
            if (EvaluationSets.Count > 0 && _calendar.EvaluatesAfter(state.GlobalStep))
            {
                state = Evaluate(state, stop);
                ended = EarlyStop(state);
            }
        }

        return new()
        {
            Updates = state.GlobalStep, TotalUpdates = _plan.TotalUpdates, Tokens = state.Tokens, Log = state.History, StoppedEarly = ended,
            TrainLoss = state.GlobalStep > 0 ? state.LossSum / state.GlobalStep : 0,
            Best = state is { BestMetric: { } metric, BestStep: { } at } ? (metric, at) : null,
        };
    }

    private (TrainerState, StepResult) Update(TrainerState state, CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        var batches = _plan.MicroBatches(state.GlobalStep).Select(Collate).ToList();
        var step = Loop.Step(state.GlobalStep, batches, stop);
        var next = state with
        {
            GlobalStep = state.GlobalStep + 1,
            Epoch = _plan.EpochAfter(state.GlobalStep),
            Tokens = state.Tokens + step.MicroBatches.Sum(b => b.Tokens),
            LossSum = state.LossSum + step.Loss,
            Window = state.Window.Add(step),
        };
        Progress?.Report(new RunEvent.Updated(next.GlobalStep, step));
        return (next, step);
    }

    private TrainerState Log(TrainerState state, StepResult step)
    {
        var window = state.Window;
        var entry = new LogEntry
        {
            Step = state.GlobalStep,
            Epoch = state.Epoch,
            Values =
            [
                ("loss", window.Loss / window.Updates),
                ("grad_norm", step.GradientNorm),
                ("learning_rate", step.LearningRate),
                ("entropy", window.Entropy(_options.LikeTrl)),
                ("mean_token_accuracy", window.Accuracy(_options.LikeTrl)),
                ("num_tokens", state.Tokens),
                ("trained_share", window.Sums.Tokens > 0 ? (double)window.Sums.Trained / window.Sums.Tokens : 0),
            ],
        };
        Progress?.Report(new RunEvent.Logged(entry));
        return state with { Window = new(), History = [.. state.History, entry] };
    }

    private TrainerState Evaluate(TrainerState state, CancellationToken stop)
    {
        var values = EvaluationSets.SelectMany(set => set.Evaluate(Objective, _options.LikeTrl, stop)).ToList();
        var entry = new LogEntry { Step = state.GlobalStep, Epoch = state.Epoch, Values = [.. values, ("eval_num_tokens", state.Tokens)] };
        Progress?.Report(new RunEvent.Evaluated(entry));
        return BestEvaluation.Update(state with { History = [.. state.History, entry] }, entry, _options);
    }

    private string? EarlyStop(TrainerState state) => _options.EarlyStoppingPatience is { } patience && state.EvaluationsWithoutGain >= patience
        ? $"{state.EvaluationsWithoutGain} evaluations in a row were not better than the one at update {state.BestStep}"
        : null;
}
