using System.Diagnostics;
using static TorchSharp.torch;

namespace TrlSharp.Native;

/// <summary>
/// How fast this machine multiplies matrices right now: the yardstick for every speed that TrlSharp reports, measured in the same process because
/// machines are shared and their speed drifts.
/// </summary>
public static class GemmRate
{
    // Shapes of a small model's projections: large enough to reach the plateau, small enough for a few milliseconds a call.
    private const int Rows = 512;
    private const int Inner = 1024;
    private const int Columns = 2048;

    /// <summary>The best rate over repeated products [512, 1024] · [1024, 2048], in floating-point operations per second.</summary>
    /// <param name="type">Element type: float32 or bfloat16.</param>
    /// <param name="budget">How long to measure; the first product warms up and does not count. Default 0.3 s.</param>
    /// <param name="clock">Default: the system's.</param>
    public static double Measure(ScalarType type, TimeSpan? budget = null, TimeProvider? clock = null)
    {
        clock ??= TimeProvider.System;
        var limit = budget ?? TimeSpan.FromSeconds(0.3);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var x = ones(Rows, Inner, dtype: type); // [512, 1024]
        var weight = ones(Columns, Inner, dtype: type).t(); // [1024, 2048]
        x.matmul(weight); // [512, 2048]

        const double Operations = 2.0 * Rows * Inner * Columns;
        var best = 0.0;
        var started = clock.GetTimestamp();
        do
        {
            using var repeat = NewDisposeScope();
            var before = clock.GetTimestamp();
            x.matmul(weight); // [512, 2048]
            var seconds = clock.GetElapsedTime(before).TotalSeconds;
            best = Math.Max(best, Operations / Math.Max(seconds, 1.0 / Stopwatch.Frequency));
        }
        while (clock.GetElapsedTime(started) < limit);
        return best;
    }
}
