using System.Globalization;
using System.Text.Json;
using TrlSharp.Batches;
using TrlSharp.Models;
using TrlSharp.Optimization;
using TrlSharp.Sft;
using TrlSharp.Training;
using static TorchSharp.torch;

namespace TrlSharp.Conformance.TracesSft;

/// <summary>Feeds the recorded micro-batches, step by step, to a fresh copy of the initial model.</summary>
internal static class Replay
{
    /// <summary>
    /// AdamW turns rounding noise in nearly zero gradients into steps of up to a learning rate. At 0.12 (load_best), changing the initial weights by one part in 10⁷ moves the loss of
    /// the second step by 3e-5, so that two correct programs agree on the first step only. At 0.004 whole runs agree to 2e-6.
    /// </summary>
    private const double HighestComparableRate = 0.05;

    public static bool IsChaotic(TrainingOptions options) => options.Optimizer.LearningRate > HighestComparableRate && options.Optimizer.Name.StartsWith("adamw", StringComparison.Ordinal);

    public static void Check(TraceRun run, IReadOnlyList<List<TraceBatch>> batches, ICausalLM model, bool loose)
    {
        var settings = run.Settings().Training;
        var options = settings.Training;
        var optimizer = Optimizers.Create(options.Optimizer, ParameterGroup.Split(model.Parameters, options.Optimizer.WeightDecay));
        var total = options.MaxSteps > 0 ? options.MaxSteps : run.Steps.Count;
        var schedule = LearningRateSchedule.Create(options.Schedule, options.Optimizer.LearningRate, options.WarmupSteps, total, options.ScheduleArguments);
        var loop = new TrainingLoop<PackedBatch>(new SftObjective(model, settings.Loss, settings.Normalization), optimizer, schedule)
        {
            MaxGradientNorm = options.MaxGradientNorm,
            ApplyUntrainedSteps = true,
        };
        var collator = new Collator(model.VocabularySize, settings.Normalization);
        var chaotic = IsChaotic(options);
        for (var i = 0; i < (chaotic ? 1 : run.Steps.Count); i++)
        {
            using var scope = NewDisposeScope();
            var step = loop.Step(i, [.. batches[i].Select(b => collator.Collate(b.Rows))]);
            CheckStep(run, i, step, loose);
        }

        if (!loose && !chaotic) Comparison.Weights(model, run.Json("final.json").GetProperty("parameters"), options.Optimizer.LearningRate);
    }

    private static void CheckStep(TraceRun run, int index, StepResult step, bool loose)
    {
        var recorded = run.Steps[index].GetProperty("micro_batches");
        var tolerance = loose ? Comparison.BFloat16Loss : index == 0 ? Comparison.FirstLoss : Comparison.Loss;
        for (var m = 0; m < step.MicroBatches.Count; m++)
        {
            var (ours, theirs) = (step.MicroBatches[m], recorded[m]);
            var where = string.Create(CultureInfo.InvariantCulture, $"replayed step {index + 1}, micro-batch {m + 1}, ");
            var divisor = theirs.GetProperty("num_items_in_batch").GetDouble();
            if (divisor != step.Divisor && step.Divisor != 0) throw new TraceDifference($"{where}divisor: {step.Divisor} instead of {divisor}");
            Comparison.Absolute(where + "loss", ours.Sum / Math.Max(1, step.Divisor), theirs.GetProperty("loss").GetDouble(), tolerance);
            if (loose || !theirs.TryGetProperty("trained_tokens", out var trained)) continue;
            if (ours.Trained != trained.GetInt64()) throw new TraceDifference($"{where}trained tokens: {ours.Trained} instead of {trained}");
            Comparison.Absolute(where + "entropy", Mean(ours.Entropy, ours.Trained), Optional(theirs, "entropy_fp64"), Comparison.Entropy);
            Comparison.Share(where + "accuracy", Mean(ours.Correct, ours.Trained), Optional(theirs, "accuracy"), ours.Trained);
        }

        if (!loose && run.Steps[index].TryGetProperty("grad_norm_fp64", out var norm))
            Comparison.Relative(string.Create(CultureInfo.InvariantCulture, $"replayed step {index + 1}, grad_norm"), step.GradientNorm, norm.GetDouble(), Comparison.GradientNorm);
    }

    private static double Optional(JsonElement batch, string name) => batch.GetProperty(name) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : 0;

    private static double Mean(double sum, double count) => count > 0 ? sum / count : 0;
}
