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
        for (var i = 0; i < run.Steps.Count; i++)
        {
            using var scope = NewDisposeScope();
            var step = loop.Step(i, [.. batches[i].Select(b => collator.Collate(b.Rows))]);
            CheckStep(run, i, step, loose);
        }

        if (!loose && options is { LoadBest: false }) Comparison.Weights(model, run.Json("final.json").GetProperty("parameters"), options.Optimizer.LearningRate);
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
