using System.Diagnostics;
using static TorchSharp.torch;

namespace TrlSharp.Benchmarks;

/// <summary>How long something takes.</summary>
internal static class ActionTime
{
    /// <summary>Seconds by the clock; on one thread processor time where that is less, because other programs share the machine.</summary>
    public static double Seconds(Action action)
    {
        var (wall, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        action();
        var seconds = Stopwatch.GetElapsedTime(wall).TotalSeconds;
        return get_num_threads() > 1 ? seconds : Math.Min(seconds, Math.Max((Environment.CpuUsage.TotalTime - used).TotalSeconds, 1e-9));
    }
}
