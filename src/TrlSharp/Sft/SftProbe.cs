using System.Diagnostics;
using TrlSharp.Batches;
using TrlSharp.Models;
using TrlSharp.Optimization;
using TrlSharp.Packing;
using TrlSharp.Training;
using static TorchSharp.torch;

namespace TrlSharp.Sft;

/// <summary>Measures a few passes of a run that is not going to happen, for <c>dry_run</c>.</summary>
internal static class SftProbe
{
    private const int Passes = 3;

    /// <summary>The plan, with memory and speed of up to three micro-batches, the largest of the first epoch among them. Weights stay as they are.</summary>
    public static RunPlan Measure(ICausalLM model, IReadOnlyList<PackedRow> rows, SftOptions options, IOptimizer optimizer, TimeProvider clock, IProgress<RunEvent>? progress, CancellationToken stop)
    {
        SftTrainer.CheckTrees(model, [rows], options);
        var training = options.Training.MicroBatchProbe
            ? options.Training with { MicroBatchTokens = MicroBatchProbe.Find(model, rows, options, optimizer, progress, stop) }
            : SftTrainer.WithMicroBatches(options.Training, model);
        var lengths = PackedRows.LengthsOf(rows);
        var plan = new BatchPlan(lengths, training);
        var largest = plan.LargestMicroBatch();
        var (seconds, tokens) = Time(model, rows, options, [largest, .. plan.MicroBatches(0).Take(Passes)], plan.TokensOf, clock, stop);
        var tokensOfRun = Enumerable.Range(0, plan.TotalUpdates).Sum(u => plan.MicroBatches(u).Sum(plan.TokensOf));
        using var process = Process.GetCurrentProcess();
        return new()
        {
            Rows = rows.Count,
            Tokens = lengths.Sum(l => (long)l),
            Updates = plan.TotalUpdates,
            Epochs = plan.Epochs,
            TokensOfRun = tokensOfRun,
            FirstUpdate = [.. plan.MicroBatches(0).Select(b => (int)plan.TokensOf(b))],
            Parameters = model.Parameters.Sum(p => p.Value.numel()),
            Trainable = model.Parameters.Where(p => p.Value.requires_grad).Sum(p => p.Value.numel()),
            Memory = RunMemory.Of(model, optimizer, plan.TokensOf(largest)),
            ProbedBytes = process.PeakWorkingSet64,
            Seconds = tokens > 0 ? seconds / tokens * tokensOfRun : null,
        };
    }

    /// <summary>The first pass warms up and does not count.</summary>
    private static (double Seconds, long Tokens) Time(ICausalLM model, IReadOnlyList<PackedRow> rows, SftOptions options, List<int[]> batches, Func<int[], long> length, TimeProvider clock, CancellationToken stop)
    {
        var collator = new Collator(model.VocabularySize, options.Normalization);
        var objective = new SftObjective(model, options.Loss, options.Normalization);
        var (seconds, tokens) = (0.0, 0L);
        for (var i = 0; i < batches.Count; i++)
        {
            stop.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var started = clock.GetTimestamp();
            var batch = collator.Collate(batches[i].Select(n => rows[n]));
            objective.Backward(batch, batch.Divisor > 0 ? batch.Divisor : 1, seed: 0);
            if (i == 0) continue;
            seconds += clock.GetElapsedTime(started).TotalSeconds;
            tokens += length(batches[i]);
        }

        foreach (var (_, value) in model.Parameters) value.grad = null;
        return (seconds, tokens);
    }
}
