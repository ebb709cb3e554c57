using System.Diagnostics;

namespace TrlSharp.Training;

/// <summary>What a piece of work holds at its highest point, and what the machine has left.</summary>
internal static class PeakMemory
{
    private const string WaterMark = "/proc/self/clear_refs";

    /// <summary>Bytes that the machine, or the container of this process, has free; 0 where that is not known.</summary>
    public static long Free
    {
        get
        {
            GC.Collect();
            var info = GC.GetGCMemoryInfo();
            return Math.Max(0, info.TotalAvailableMemoryBytes - info.MemoryLoadBytes);
        }
    }

    /// <summary>Bytes that this process holds now.</summary>
    public static long Now
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.WorkingSet64;
        }
    }

    /// <summary>Bytes that this process held at most while <paramref name="work"/> ran. Where the operating system cannot forget an earlier peak, that of the whole process.</summary>
    public static long Of(Action work)
    {
        Forget();
        work();
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    private static void Forget()
    {
        try
        {
            if (OperatingSystem.IsLinux()) File.WriteAllText(WaterMark, "5"); // "reset the peak resident set size", proc(5)
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Some containers do not let a process write there: peaks then only grow, and with them what a micro-batch seems to need.
        }
    }
}
