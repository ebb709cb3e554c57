namespace TrlSharp.Training;

/// <summary>After which updates a run logs, evaluates and saves, by the rules of transformers' DefaultFlowCallback.</summary>
internal sealed class RunCalendar(TrainingOptions options, BatchPlan plan)
{
    private readonly int _loggingSteps = Resolve(options.LoggingSteps, plan.TotalUpdates);
    private readonly int _evaluationSteps = Resolve(options.EvaluationSteps ?? options.LoggingSteps, plan.TotalUpdates);
    private readonly int _saveSteps = Resolve(options.SaveSteps, plan.TotalUpdates);

    public bool LogsAfter(int updates) =>
        (options.LogFirstStep && updates == 1) || Falls(options.LoggingStrategy, _loggingSteps, updates);

    public bool EvaluatesAfter(int updates)
    {
        if (!Falls(options.EvaluationStrategy, _evaluationSteps, updates)) return false;
        return options.EvaluationDelay <= (options.EvaluationStrategy == IntervalStrategy.Epoch ? plan.EpochAfter(updates - 1) : updates);
    }

    /// <summary>Apart from the strategy "best". With the strategy "steps" the last update is saved as well.</summary>
    public bool SavesAfter(int updates) =>
        Falls(options.SaveStrategy, _saveSteps, updates) || (options.SaveStrategy == IntervalStrategy.Steps && updates == plan.TotalUpdates);

    private bool Falls(IntervalStrategy strategy, int steps, int updates) => strategy switch
    {
        IntervalStrategy.Steps => updates % steps == 0,
        IntervalStrategy.Epoch => plan.EndsEpoch(updates - 1) || updates == plan.TotalUpdates,
        _ => false,
    };

    /// <summary>Below 1 a share of the run, rounded up.</summary>
    private static int Resolve(double steps, int total) => steps < 1 ? Math.Max(1, (int)Math.Ceiling(total * steps)) : (int)steps;
}
