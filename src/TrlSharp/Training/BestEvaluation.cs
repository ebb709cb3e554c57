namespace TrlSharp.Training;

/// <summary>Keeps account of the best evaluation of a run, for early stopping and for the model that is loaded at its end.</summary>
internal static class BestEvaluation
{
    public static TrainerState Update(TrainerState state, LogEntry entry, TrainingOptions options)
    {
        var name = MetricName(options);
        if (entry[name] is not { } value)
        {
            if (options.BestMetric is null) return state;
            throw new ConfigException($"metric_for_best_model: there is no metric {name}. There are: {string.Join(", ", entry.Values.Select(v => v.Name))}.");
        }

        var sign = GreaterIsBetter(options) ? 1 : -1;
        var gain = state.BestMetric is { } best ? sign * (value - best) : double.PositiveInfinity;
        return state with
        {
            BestMetric = gain > 0 ? value : state.BestMetric,
            BestStep = gain > 0 ? state.GlobalStep : state.BestStep,
            EvaluationsWithoutGain = gain > options.EarlyStoppingThreshold ? 0 : state.EvaluationsWithoutGain + 1,
        };
    }

    private static string MetricName(TrainingOptions options)
    {
        var name = options.BestMetric ?? "loss";
        return name.StartsWith("eval_", StringComparison.Ordinal) ? name : "eval_" + name;
    }

    private static bool GreaterIsBetter(TrainingOptions options) => options.GreaterIsBetter ?? !MetricName(options).EndsWith("loss", StringComparison.Ordinal);
}
