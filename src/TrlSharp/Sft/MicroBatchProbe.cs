using System.Globalization;
using TrlSharp.Batches;
using TrlSharp.Models;
using TrlSharp.Optimization;
using TrlSharp.Packing;
using TrlSharp.Training;
using static TorchSharp.torch;

namespace TrlSharp.Sft;

/// <summary>Finds by estimate and measurement how many tokens a micro-batch may have in the memory of this machine, for <c>micro_batch_probe</c>. Weights stay as they are.</summary>
internal static class MicroBatchProbe
{
    private const double Gibibyte = 1L << 30;

    /// <summary>Of the memory that is free, what a run takes: the rest is for the cache of files and for other programs.</summary>
    private const double Share = 0.9;

    private const long Smallest = 512;

    /// <summary>Passes forward and backward over larger and larger micro-batches, none of which is expected to need more than there is.</summary>
    /// <returns>Tokens of a micro-batch: at most those of an update, at least those of the longest row.</returns>
    public static long Find(ICausalLM model, IReadOnlyList<PackedRow> rows, SftOptions options, IOptimizer optimizer, IProgress<RunEvent>? progress, CancellationToken stop)
    {
        var lengths = PackedRows.LengthsOf(rows);
        var collator = new Collator(model.VocabularySize, options.Normalization);
        var objective = new SftObjective(model, options.Loss, options.Normalization);
        var perToken = ActivationMemory.PerToken(model);
        var (longest, update) = (lengths.Max(), options.Training.TokensPerStep!.Value);
        var coming = Coming(model, optimizer);
        var free = PeakMemory.Free;
        var allowed = PeakMemory.Now + (long)(Share * free) - coming;
        var (last, lastPeak) = (0L, 0L);
        var found = Search(Math.Max(longest, Math.Min(Smallest, update)), Math.Max(longest, update), perToken, allowed, Peak);
        progress?.Report(new RunEvent.Notice(string.Create(CultureInfo.InvariantCulture,
            $"micro-batches have at most {found:N0} tokens: with {last:N0} a pass held {lastPeak / Gibibyte:F2} GiB at its highest point, {free / Gibibyte:F2} GiB were free before.{(last == found && lastPeak > allowed ? " That is close to all there is: the operating system may end the run." : "")}")));
        return found;

        long Peak(long tokens)
        {
            stop.ThrowIfCancellationRequested();
            var plan = new BatchPlan(lengths, options.Training with { MicroBatchTokens = tokens });
            var batch = plan.LargestMicroBatch();
            (last, lastPeak) = (tokens, PeakMemory.Of(() => Pass(objective, collator.Collate(batch.Select(n => rows[n])))));
            foreach (var (_, value) in model.Parameters) value.grad = null;
            return lastPeak + (long)(perToken * Math.Max(0, tokens - plan.TokensOf(batch))); // Rows rarely fill a micro-batch to the last token.
        }
    }

    /// <summary>The largest size whose peak is allowed, from few measurements: each at most doubles, as far as the steepest growth seen so far allows, or before that the estimated one.</summary>
    /// <param name="smallest">Measured first, and the answer if even that is too much.</param>
    /// <param name="largest">More is not wanted.</param>
    /// <param name="perToken">Bytes a token, estimated.</param>
    /// <param name="allowed">Bytes.</param>
    /// <param name="peakOf">Bytes at the highest point for a size.</param>
    internal static long Search(long smallest, long largest, double perToken, long allowed, Func<long, long> peakOf)
    {
        var (size, peak, steepest) = (smallest, peakOf(smallest), 0.0);
        while (size < largest && peak < allowed)
        {
            var next = Math.Min(Math.Min(largest, 2 * size), size + (long)((allowed - peak) / (steepest > 0 ? steepest : perToken)));
            if (next - size < size / 8 && next < largest) break; // Not worth another pass.
            var higher = peakOf(next);
            if (higher > allowed) break;
            steepest = Math.Max(steepest, (higher - peak) / (double)(next - size)); // 0 while an earlier peak hides those of passes.
            (size, peak) = (next, higher);
        }

        return size;
    }

    /// <summary>Bytes that a run holds and a pass of the probe does not: the optimizer's state, and the gradient in float32 where the pass gathers it in the type of the weights.</summary>
    private static long Coming(ICausalLM model, IOptimizer optimizer)
    {
        var memory = RunMemory.Of(model, optimizer, 0);
        return memory.Optimizer + memory.Gradient - model.Parameters.Where(p => p.Value.requires_grad).Sum(p => p.Value.numel() * p.Value.element_size());
    }

    private static void Pass(SftObjective objective, PackedBatch batch)
    {
        using var scope = NewDisposeScope();
        objective.Backward(batch, batch.Divisor > 0 ? batch.Divisor : 1, seed: 0);
    }
}
