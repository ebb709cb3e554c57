using TrlSharp.Training.Checkpoints;
using TrlSharp.Training.Guards;
using TrlSharp.Training.Reports;
using static TorchSharp.torch;

namespace TrlSharp.Training;

/// <summary>A run from its first update to its last: step, log, evaluate, save, stop. The same for every training method.</summary>
/// <typeparam name="TBatch">What the method learns from.</typeparam>
internal sealed class TrainingRun<TBatch>
{
    private readonly TrainingOptions _options;
    private readonly BatchPlan _plan;
    private readonly RunCalendar _calendar;
    private TrainerState _state = new();

    public TrainingRun(TrainingOptions options, BatchPlan plan) => (_options, _plan, _calendar) = (options, plan, new(options, plan));

    /// <summary>One update.</summary>
    public required TrainingLoop<TBatch> Loop { get; init; }

    public required IObjective<TBatch> Objective { get; init; }

    /// <summary>Row numbers to a micro-batch.</summary>
    public required Func<int[], TBatch> Collate { get; init; }

    public IReadOnlyList<EvaluationSet<TBatch>> EvaluationSets { get; init; } = [];

    public IProgress<RunEvent>? Progress { get; init; }

    /// <summary>Null for a run that saves nothing.</summary>
    public RunCheckpoints? Checkpoints { get; init; }

    /// <summary>Files that log entries go to.</summary>
    public IReadOnlyList<ILogSink> Logs { get; init; } = [];

    /// <summary>Looks at every update.</summary>
    public required RunGuards Guards { get; init; }

    /// <summary>Answers prompts after evaluations and checkpoints; null for no prompts.</summary>
    public Func<CancellationToken, IReadOnlyList<RunSample>>? Sample { get; init; }

    public required SpeedMeter Speed { get; init; }

    /// <summary>Goes on from a state to the end of the run. Stopped by <paramref name="stop"/> it saves a checkpoint of the last complete update first.</summary>
    public RunResult Fit(TrainerState state, CancellationToken stop)
    {
        _state = state;
        try
        {
            var ended = Run(stop);
            if (_options.LoadBest && _state.BestStep is { } best && best != _state.GlobalStep) Checkpoints?.LoadWeights(best);
            Conclude();
            return Result(ended);
        }
        catch (OperationCanceledException)
        {
            if (_state.GlobalStep > 0) Save(modelOnly: false);
            WaitForCheckpoint();
            throw;
        }
        catch (NumericException e) when (Checkpoints is not null)
        {
            WaitForCheckpoint();
            throw Checkpoints.LastGood is { } good ? new NumericException($"{e.Message} The last good checkpoint: {good}.", e) : e;
        }
    }

    private string? Run(CancellationToken stop)
    {
        Progress?.Report(new RunEvent.Started(_state.GlobalStep, _plan.TotalUpdates, _plan.Epochs));
        if (_state.GlobalStep == 0 && _options.EvaluateOnStart) _state = _state with { EvaluationDue = true };
        EvaluateIfDue(stop);
        if (_options.LoadBest && _state.BestStep == _state.GlobalStep) Save(_options.SaveModelOnly);
        Speed.Restart();
        var ended = EarlyStop();
        while (_state.GlobalStep < _plan.TotalUpdates && ended is null)
        {
            var step = Update(stop);
            if (_calendar.LogsAfter(_state.GlobalStep)) Log(step);
            if (EvaluationSets.Count > 0 && _calendar.EvaluatesAfter(_state.GlobalStep)) _state = _state with { EvaluationDue = true };
            var evaluates = _state.EvaluationDue;
            EvaluateIfDue(stop);
            ended = EarlyStop();
            if (evaluates || SavesNow()) Answer(stop);
            if (SavesNow()) Save(_options.SaveModelOnly);
            ReportSaved(Checkpoints?.TakeFinished());
        }

        WaitForCheckpoint();
        return ended;
    }

    /// <summary>The line under the log: the mean over all updates, those behind the last full logging interval included.</summary>
    private void Conclude()
    {
        var entry = new LogEntry { Step = _state.GlobalStep, Epoch = _state.Epoch, Values = [("train_loss", _state.MeanLoss), ("num_tokens", _state.Tokens)] };
        foreach (var log in Logs) log.Add(entry);
        if (_options.OutputFolder is { } folder)
            OutputFolder.WriteText(folder, TrainerStateFile.Name, TrainerStateFile.Write(_options, _state with { History = _state.History.Add(entry) }, _plan.TotalUpdates));
        Progress?.Report(new RunEvent.Ended(entry));
    }

    private StepResult Update(CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        var rows = _plan.MicroBatches(_state.GlobalStep);
        var step = Step(rows, stop);
        _state = _state with
        {
            GlobalStep = _state.GlobalStep + 1,
            Epoch = _plan.EpochAfter(_state.GlobalStep),
            Tokens = _state.Tokens + step.MicroBatches.Sum(b => b.Tokens),
            LossSum = _state.LossSum + step.Loss,
            Window = _state.Window.Add(step),
        };
        Speed.Add(step);
        Progress?.Report(new RunEvent.Updated(_state.GlobalStep, step));
        Guards.Look(_state.GlobalStep, rows, step);
        return step;
    }

    private StepResult Step(IReadOnlyList<int[]> rows, CancellationToken stop)
    {
        try
        {
            return Loop.Step(_state.GlobalStep, [.. rows.Select(Collate)], stop);
        }
        catch (NumericException e)
        {
            throw Guards.WithRows(e, rows);
        }
    }

    private void Log(StepResult step)
    {
        var window = _state.Window;
        var entry = new LogEntry
        {
            Step = _state.GlobalStep,
            Epoch = _state.Epoch,
            Values =
            [
                ("loss", window.Loss / window.Updates),
                ("grad_norm", step.GradientNorm),
                ("learning_rate", step.LearningRate),
                ("entropy", window.Entropy(_options.LikeTrl)),
                ("mean_token_accuracy", window.Accuracy(_options.LikeTrl)),
                ("num_tokens", _state.Tokens),
                ("trained_share", window.Sums.Tokens > 0 ? (double)window.Sums.Trained / window.Sums.Tokens : 0),
                .. window.Sums.RouterBalance > 0 ? [("aux_loss", window.Sums.RouterBalance / window.Sums.Divisor)] : (IEnumerable<(string, double)>)[],
            ],
            Machine = Speed.Read(_state.GlobalStep),
        };
        _state = _state with { Window = new() };
        Remember(entry);
        Progress?.Report(new RunEvent.Logged(entry));
    }

    private void EvaluateIfDue(CancellationToken stop)
    {
        if (!_state.EvaluationDue) return;
        var values = EvaluationSets.SelectMany(set => set.Evaluate(Objective, _options.LikeTrl, stop)).ToList();
        var entry = new LogEntry { Step = _state.GlobalStep, Epoch = _state.Epoch, Values = [.. values, ("eval_num_tokens", _state.Tokens)] };
        _state = BestEvaluation.Update(_state with { EvaluationDue = false }, entry, _options);
        Remember(entry);
        Progress?.Report(new RunEvent.Evaluated(entry));
        Speed.Restart();
    }

    private void Answer(CancellationToken stop)
    {
        if (Sample?.Invoke(stop) is not { } samples) return;
        if (_options.OutputFolder is { } folder) SampleLog.Add(folder, _state.GlobalStep, samples);
        Progress?.Report(new RunEvent.Sampled(_state.GlobalStep, samples));
        Speed.Restart();
    }

    private void Remember(LogEntry entry)
    {
        _state = _state with { History = _state.History.Add(entry) };
        foreach (var log in Logs) log.Add(entry);
    }

    /// <summary>The best evaluation is saved whenever its weights may be wanted at the end, whatever the calendar says.</summary>
    private bool SavesNow() => _calendar.SavesAfter(_state.GlobalStep)
        || (_state.BestStep == _state.GlobalStep && (_options.SaveStrategy == IntervalStrategy.Best || _options.LoadBest));

    private void Save(bool modelOnly) => Checkpoints?.Begin(_state, modelOnly, TrainerStateFile.Write(_options, _state, _plan.TotalUpdates));

    private void WaitForCheckpoint() => ReportSaved(Checkpoints?.Finish());

    private void ReportSaved(string? folder)
    {
        if (folder is not null) Progress?.Report(new RunEvent.Saved(folder));
    }

    private string? EarlyStop() => _options.EarlyStoppingPatience is { } patience && _state.EvaluationsWithoutGain >= patience
        ? $"{_state.EvaluationsWithoutGain} evaluations in a row were not better than the one at update {_state.BestStep}"
        : null;

    private RunResult Result(string? ended) => new()
    {
        Updates = _state.GlobalStep,
        TotalUpdates = _plan.TotalUpdates,
        Tokens = _state.Tokens,
        Log = _state.History,
        StoppedEarly = ended,
        TrainLoss = _state.MeanLoss,
        Best = _state is { BestMetric: { } metric, BestStep: { } at } ? (metric, at) : null,
    };
}
