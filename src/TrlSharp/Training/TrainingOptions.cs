using System.Globalization;
using TrlSharp.Optimization;
using TrlSharp.Rows;

namespace TrlSharp.Training;

/// <summary>What every training method needs to know about a run. Names and defaults are those of TRL where it has the setting.</summary>
public sealed record TrainingOptions
{
    /// <summary>Where checkpoints and logs go; null writes nothing.</summary>
    public string? OutputFolder { get; init; }

    /// <summary>Rows in a micro-batch. Default 8. Not used with <see cref="TokensPerStep"/>.</summary>
    public int BatchSize { get; init; } = 8;

    /// <summary>Micro-batches in an update. Default 1. Not used with <see cref="TokensPerStep"/>.</summary>
    public int AccumulationSteps { get; init; } = 1;

    /// <summary>Tokens in an update, filled with whole rows; null counts rows instead. Default null.</summary>
    public long? TokensPerStep { get; init; }

    /// <summary>Tokens in a micro-batch when <see cref="TokensPerStep"/> is set; null for as many as keep an estimated 1 GiB for the backward pass, whatever the machine. Changes memory and rounding. Default null.</summary>
    public long? MicroBatchTokens { get; init; }

    /// <summary>
    /// Measures before the first update how many tokens of a micro-batch fit into the memory of this machine, up to <see cref="TokensPerStep"/>. Results then depend on the machine, in their rounding;
    /// checkpoints keep the number, so that a run that is resumed goes on with it. Default false.
    /// </summary>
    public bool MicroBatchProbe { get; init; }

    /// <summary>Drops a last batch of an epoch that is not full. Default false.</summary>
    public bool DropLast { get; init; }

    /// <summary>Passes over the data, in fractions if wanted. Default 3. Not used when <see cref="MaxSteps"/> is positive.</summary>
    public double Epochs { get; init; } = 3;

    /// <summary>Updates; 0 or less lets <see cref="Epochs"/> decide. Default -1.</summary>
    public int MaxSteps { get; init; } = -1;

    /// <summary>Order of the rows. Default random.</summary>
    public SamplingStrategy Sampling { get; init; }

    /// <summary>Seed of everything random. Default 42.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>Seed of the order of the rows, if it is to be another. Default null.</summary>
    public long? DataSeed { get; init; }

    /// <summary>The optimizer.</summary>
    public OptimizerOptions Optimizer { get; init; } = new();

    /// <summary>Name of the schedule, see <see cref="LearningRateSchedule.Names"/>. Default linear.</summary>
    public string Schedule { get; init; } = "linear";

    /// <summary>Updates until the full rate; below 1 a share of the run. Default 0.</summary>
    public double WarmupSteps { get; init; }

    /// <summary>Arguments of the schedule. Default none.</summary>
    public RowValue? ScheduleArguments { get; init; }

    /// <summary>The gradient is scaled down to this length; 0 for never. Default 1.</summary>
    public double MaxGradientNorm { get; init; } = 1;

    /// <summary>When to log. Default steps.</summary>
    public IntervalStrategy LoggingStrategy { get; init; } = IntervalStrategy.Steps;

    /// <summary>Updates between logs; below 1 a share of the run. Default 10.</summary>
    public double LoggingSteps { get; init; } = 10;

    /// <summary>Logs the first update as well. Default false.</summary>
    public bool LogFirstStep { get; init; }

    /// <summary>Further places that metrics go to: <c>tensorboard</c>. Default none; <c>metrics.jsonl</c> is always written.</summary>
    public IReadOnlyList<string> ReportTo { get; init; } = [];

    /// <summary>Title of the run in reports; null for the name of the output folder.</summary>
    public string? RunName { get; init; }

    /// <summary>When to evaluate. Default no.</summary>
    public IntervalStrategy EvaluationStrategy { get; init; } = IntervalStrategy.No;

    /// <summary>Updates between evaluations; below 1 a share of the run; null as <see cref="LoggingSteps"/>.</summary>
    public double? EvaluationSteps { get; init; }

    /// <summary>Updates (or epochs, when evaluating by epoch) before the first evaluation. Default 0.</summary>
    public double EvaluationDelay { get; init; }

    /// <summary>Evaluates before the first update. Default false.</summary>
    public bool EvaluateOnStart { get; init; }

    /// <summary>Rows in an evaluation batch. Changes memory, not results. Default 8.</summary>
    public int EvaluationBatchSize { get; init; } = 8;

    /// <summary>When to save. Default steps.</summary>
    public IntervalStrategy SaveStrategy { get; init; } = IntervalStrategy.Steps;

    /// <summary>Updates between checkpoints; below 1 a share of the run. Default 500.</summary>
    public double SaveSteps { get; init; } = 500;

    /// <summary>Checkpoints to keep beside the best one; null keeps all. The newest two are always kept. Default null.</summary>
    public int? SaveLimit { get; init; }

    /// <summary>Saves weights only: smaller, but such a checkpoint cannot be resumed. Default false.</summary>
    public bool SaveModelOnly { get; init; }

    /// <summary>Ends with the weights of the best evaluation. Default false.</summary>
    public bool LoadBest { get; init; }

    /// <summary>What "best" is measured by, as logged, with or without <c>eval_</c>; null for the loss.</summary>
    public string? BestMetric { get; init; }

    /// <summary>Whether more is better; null: unless the metric's name ends in <c>loss</c>.</summary>
    public bool? GreaterIsBetter { get; init; }

    /// <summary>Evaluations without a new best after which the run ends; null for never.</summary>
    public int? EarlyStoppingPatience { get; init; }

    /// <summary>How much better than the best an evaluation must be to count for early stopping. Default 0.</summary>
    public double EarlyStoppingThreshold { get; init; }

    /// <summary><c>true</c> resumes from the newest good checkpoint of the output folder, a path from that one, null starts anew.</summary>
    public string? ResumeFrom { get; init; }

    /// <summary>Resumes although settings or data are not those of the checkpoint; every difference is told. Default false.</summary>
    public bool ResumeWithChanges { get; init; }

    /// <summary>Habits of TRL to follow. Default none.</summary>
    public TrlBehaviours LikeTrl { get; init; }

    /// <summary>Everything that is wrong with these settings, each with its way out.</summary>
    internal IEnumerable<string> Problems()
    {
        if (BatchSize < 1) yield return Text($"per_device_train_batch_size is {BatchSize}; it must be 1 or more.");
        if (AccumulationSteps < 1) yield return Text($"gradient_accumulation_steps is {AccumulationSteps}; it must be 1 or more.");
        if (EvaluationBatchSize < 1) yield return Text($"per_device_eval_batch_size is {EvaluationBatchSize}; it must be 1 or more.");
        if (TokensPerStep < 1) yield return Text($"tokens_per_step is {TokensPerStep}; it must be 1 or more.");
        if (MicroBatchTokens < 1) yield return Text($"micro_batch_tokens is {MicroBatchTokens}; it must be 1 or more.");
        if (MicroBatchTokens is not null && TokensPerStep is null) yield return "micro_batch_tokens goes with tokens_per_step; without it per_device_train_batch_size decides.";
        if (MicroBatchProbe && (TokensPerStep is null || MicroBatchTokens is not null)) yield return "micro_batch_probe finds micro_batch_tokens for tokens_per_step: set tokens_per_step, and leave micro_batch_tokens out.";
        if (MaxSteps <= 0 && (!(Epochs > 0) || double.IsInfinity(Epochs))) yield return Text($"num_train_epochs is {Epochs}; it must be above 0 (or set max_steps).");
        if (!(MaxGradientNorm >= 0)) yield return Text($"max_grad_norm is {MaxGradientNorm}; it must be 0 (never clip) or more.");
        if (LoggingStrategy == IntervalStrategy.Steps && !(LoggingSteps > 0)) yield return Text($"logging_steps is {LoggingSteps}; it must be above 0 (below 1: a share of the run).");
        if (EvaluationSteps is { } steps && !(steps > 0)) yield return Text($"eval_steps is {steps}; it must be above 0 (below 1: a share of the run).");
        if (SaveStrategy == IntervalStrategy.Steps && !(SaveSteps > 0)) yield return Text($"save_steps is {SaveSteps}; it must be above 0 (below 1: a share of the run).");
        if (SaveLimit < 1) yield return Text($"save_total_limit is {SaveLimit}; it must be 1 or more, or null to keep all.");
        if (EarlyStoppingPatience < 1) yield return Text($"early_stopping_patience is {EarlyStoppingPatience}; it must be 1 or more.");
        if (LoggingStrategy == IntervalStrategy.Best || EvaluationStrategy == IntervalStrategy.Best) yield return "\"best\" is for save_strategy only.";
        if ((LoadBest || EarlyStoppingPatience is not null || SaveStrategy == IntervalStrategy.Best) && EvaluationStrategy == IntervalStrategy.No)
            yield return "load_best_model_at_end, early stopping and save_strategy best need evaluations: set eval_strategy and an evaluation set.";
        foreach (var tracker in ReportTo.Where(t => t is not ("tensorboard" or "none")))
            yield return $"report_to: there is no client for {tracker}; use tensorboard, or import metrics.jsonl.";
        foreach (var problem in Optimizer.Problems()) yield return problem;
    }

    /// <summary>Only what decides the result: where, how often and under what name a run logs and saves is left out.</summary>
    internal TrainingOptions OfResult()
    {
        var defaults = new TrainingOptions();
        return this with
        {
            OutputFolder = null, ReportTo = [], RunName = null, ResumeFrom = null, ResumeWithChanges = false,
            SaveStrategy = defaults.SaveStrategy, SaveSteps = defaults.SaveSteps, SaveLimit = null, SaveModelOnly = false,
            EvaluationSteps = EvaluationSteps ?? LoggingSteps, LoggingStrategy = defaults.LoggingStrategy, LoggingSteps = defaults.LoggingSteps, LogFirstStep = false,
        };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
