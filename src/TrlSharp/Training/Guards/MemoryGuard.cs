using System.Globalization;

namespace TrlSharp.Training.Guards;

/// <summary>Says before the first update that a run will hardly fit: an operating system that is out of memory ends the process without a word.</summary>
internal static class MemoryGuard
{
    private const double Gibibyte = 1L << 30;

    /// <summary>Bytes that this process may take: those of the machine or of its container; 0 where that is not known.</summary>
    public static long Available => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <returns>One sentence or two; null where the run fits.</returns>
    public static string? NoticeFor(RunMemory memory, long available)
    {
        if (available <= 0 || memory.Total <= available) return null;
        var way = memory.Activations > memory.Total / 2
            ? "smaller micro-batches (per_device_train_batch_size, or micro_batch_tokens with tokens_per_step), a lower max_length or gradient_checkpointing true"
            : "use_peft true, bf16 true or a smaller model";
        return string.Create(CultureInfo.InvariantCulture,
            $"this run needs about {memory.Total / Gibibyte:F1} GiB (weights {memory.Weights / Gibibyte:F1}, gradient {memory.Gradient / Gibibyte:F1}, optimizer {memory.Optimizer / Gibibyte:F1}, activations {memory.Activations / Gibibyte:F1}) and there are {available / Gibibyte:F1}: it may be ended by the operating system. The ways out: {way}.");
    }
}
