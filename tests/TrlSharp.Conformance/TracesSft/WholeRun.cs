using System.Globalization;
using System.Text.Json;
using TrlSharp.Models;
using TrlSharp.Packing;
using TrlSharp.Sft;
using TrlSharp.Training;

namespace TrlSharp.Conformance.TracesSft;

/// <summary>Our trainer on the recorded rows with the recorded settings: order of rows, schedule, log windows, evaluations and resuming are its own, and the log must be the recorded one.</summary>
internal static class WholeRun
{
    /// <summary>Tokens that may fall the other way, as a share of a small batch.</summary>
    private const double Accuracy = 0.02;

    /// <summary>Whether the recording has what a run of our own needs: numbered rows of the whole data set, and settings at which two correct programs agree.</summary>
    public static bool Applies(TraceRun run)
    {
        var training = run.Settings().Training.Training;
        if (run.Settings().Data.Packing || run.Settings().Model.Bf16 || run.OwnBatches.Any(step => step.Any(b => b.Numbers is null || b.Numbers.Count != b.Rows.Count)) || Replay.IsChaotic(training)) return false;
        var plan = new BatchPlan([.. Enumerable.Repeat(1, run.RawRows)], training with { Sampling = SamplingStrategy.Sequential });
        var first = run.ResumedFrom is null ? 0 : plan.TotalUpdates - run.Steps.Count;
        return first >= 0 && Math.Abs(plan.EpochAfter(first) - run.Steps[0].GetProperty("epoch").GetDouble()) < 1e-12;
    }

    public static void Check(TraceRun run, IReadOnlyDictionary<int, PackedRow> known, ICausalLM model)
    {
        // Rows that the recording never came to are never reached here either.
        PackedRow[] rows = [.. Enumerable.Range(0, run.RawRows).Select(n => known.GetValueOrDefault(n) ?? known.Values.First())];
        var options = run.Settings().Training;
        var evaluation = run.Has("eval.jsonl") ? new Dictionary<string, IReadOnlyList<PackedRow>> { [""] = HeldOut(run) } : null;
        var result = run.ResumedFrom is null ? SftTrainer.Train(model, rows, options, evaluation) : Resumed(run, rows, options, model);
        var recorded = run.Json("log.json").EnumerateArray().ToList();
        var ours = run.ResumedFrom is null ? result.Log : [.. result.Log.Where(e => e.Step > run.Steps[0].GetProperty("step").GetInt32() - 1)];
        var theirs = recorded.SkipLast(1).Where(e => run.ResumedFrom is null || e.GetProperty("step").GetInt32() >= run.Steps[0].GetProperty("step").GetInt32()).ToList();
        if (ours.Count != theirs.Count) throw new TraceDifference($"{ours.Count} log entries instead of {theirs.Count}");
        for (var i = 0; i < theirs.Count; i++) Compare(ours[i], theirs[i]);
        if (run.ResumedFrom is null) Comparison.Absolute("train_loss", result.TrainLoss, recorded[^1].GetProperty("train_loss").GetDouble(), Comparison.Loss);
    }

    private static void Compare(LogEntry ours, JsonElement theirs)
    {
        var where = string.Create(CultureInfo.InvariantCulture, $"log of step {ours.Step}, ");
        if (ours.Step != theirs.GetProperty("step").GetInt32()) throw new TraceDifference($"{where}step: instead of {theirs.GetProperty("step")}");
        Comparison.Absolute(where + "epoch", ours.Epoch, theirs.GetProperty("epoch").GetDouble(), 1e-12);
        foreach (var field in theirs.EnumerateObject().Where(f => f.Value.ValueKind == JsonValueKind.Number && f.Name is not ("step" or "epoch")))
        {
            var (name, expected) = (field.Name, field.Value.GetDouble());
            if (name.EndsWith("_runtime", StringComparison.Ordinal) || name.EndsWith("_per_second", StringComparison.Ordinal)) continue;
            var actual = ours[name] ?? throw new TraceDifference($"{where}{name} is missing");
            switch (name)
            {
                case "grad_norm": Comparison.Relative(where + name, actual, expected, Comparison.GradientNorm); break;
                case "learning_rate": Comparison.Relative(where + name, actual, expected, Comparison.LearningRate); break;
                case "num_tokens" or "eval_num_tokens": Comparison.Absolute(where + name, actual, expected, 0); break;
                case "mean_token_accuracy" or "eval_mean_token_accuracy": Comparison.Absolute(where + name, actual, expected, Accuracy); break;
                default: Comparison.Absolute(where + name, actual, expected, Comparison.Loss); break;
            }
        }
    }

    /// <summary>Stopped where the recorded run had its checkpoint, and gone on from ours.</summary>
    private static RunResult Resumed(TraceRun run, PackedRow[] rows, SftOptions options, ICausalLM model)
    {
        var folder = Directory.CreateTempSubdirectory("trace-resumed-").FullName;
        try
        {
            var saving = options with { Training = options.Training with { OutputFolder = folder } };
            using var stop = new CancellationTokenSource();
            try
            {
                SftTrainer.Train(model, rows, saving, progress: new StopAfter(run.Steps[0].GetProperty("step").GetInt32() - 1, stop), stop: stop.Token);
            }
            catch (OperationCanceledException)
            {
                // With a checkpoint, as planned.
            }

            return SftTrainer.Train(model, rows, saving with { Training = saving.Training with { ResumeFrom = "true" } });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<PackedRow> HeldOut(TraceRun run) => [.. run.Lines("eval.jsonl")[0].GetProperty("batches").EnumerateArray().SelectMany(b => TraceBatch.Read(b).Rows)];

    private sealed class StopAfter(int update, CancellationTokenSource stop) : IProgress<RunEvent>
    {
        public void Report(RunEvent value)
        {
            if (value is RunEvent.Updated updated && updated.Update == update) stop.Cancel();
        }
    }
}
