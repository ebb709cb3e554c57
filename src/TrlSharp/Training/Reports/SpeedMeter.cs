using System.Diagnostics;
using TrlSharp.Models;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Training.Reports;

/// <summary>What a log entry says about the machine: speed since the entry before, memory, time left. None of it decides anything.</summary>
/// <param name="clock">The time.</param>
/// <param name="totalUpdates">Updates of the run.</param>
/// <param name="cost">Operations of a micro-batch; null where nobody knows.</param>
/// <param name="gemmRate">Floating-point operations per second that this machine reaches in a matrix product; 0 if not measured.</param>
internal sealed class SpeedMeter(TimeProvider clock, int totalUpdates, TrainingCost? cost, double gemmRate)
{
    private const double Smallest = 1e-9;
    private long _since = clock.GetTimestamp();
    private long _tokens;
    private double _operations;
    private int _updates;

    /// <summary>For a model on this machine. The rate of matrix products is measured where the cost of the model is known and the run writes logs.</summary>
    public static SpeedMeter For(ICausalLM model, TrainingOptions options, int totalUpdates, TimeProvider clock)
    {
        var cost = options.OutputFolder is null ? null : TrainingCost.Of(model);
        var type = model.Parameters.Count > 0 && model.Parameters[0].Value.dtype == ScalarType.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        return new(clock, totalUpdates, cost, cost is null ? 0 : GemmRate.Measure(type, TimeSpan.FromMilliseconds(50), clock));
    }

    public void Add(StepResult step)
    {
        _updates++;
        foreach (var batch in step.MicroBatches)
        {
            _tokens += batch.Tokens;
            _operations += cost?.Of(batch.Tokens, batch.Trained) ?? 0;
        }
    }

    /// <summary>Starts counting again: evaluations and saving do not count as training.</summary>
    public void Restart() => (_since, _tokens, _operations, _updates) = (clock.GetTimestamp(), 0, 0, 0);

    /// <param name="updatesDone">Of the run.</param>
    public IReadOnlyList<(string Name, double Value)> Read(int updatesDone)
    {
        if (_updates == 0) return [];
        var seconds = Math.Max(Smallest, clock.GetElapsedTime(_since).TotalSeconds);
        var values = new List<(string, double)> { ("tokens_per_second", _tokens / seconds), ("eta_seconds", seconds / _updates * (totalUpdates - updatesDone)), ("memory_bytes", PeakMemory()) };
        if (gemmRate > 0 && _operations > 0) values.Add(("gemm_share", _operations / seconds / gemmRate));
        Restart();
        return values;
    }

    private static double PeakMemory()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
