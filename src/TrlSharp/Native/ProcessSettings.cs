using System.Runtime.InteropServices;

namespace TrlSharp.Native;

/// <summary>Settings of the C library that must be made before libtorch is loaded. Linux with glibc only; elsewhere nothing happens.</summary>
internal static partial class ProcessSettings
{
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapThreshold = -3;
    private const int ArenaMax = -8;

    /// <summary>
    /// Products of the same numbers are the same to the last bit wherever they lie in memory. Idle OpenMP threads sleep instead of spinning (a busy machine trains 2 to 4 times faster), and large
    /// blocks are reused instead of being mapped and unmapped for every temporary (15 to 30 % of a training step). What the user set in the environment stays.
    /// </summary>
    public static void Apply()
    {
        if (!OperatingSystem.IsLinux() || !IsGlibc()) return;
        // .NET keeps its own copy of the environment: libgomp reads the C library's.
        _ = SetEnvironment("OMP_WAIT_POLICY", "PASSIVE", 0);
        // Without it MKL's products on processors of other makers depend on where in memory their operands lie: equal weights from two files give other last bits. The speed is the same.
        if (!Processor.IsIntel) _ = SetEnvironment("MKL_CBWR", "AUTO", 0);
        Allocation("MALLOC_MMAP_THRESHOLD_", MmapThreshold, 1 << 30);
        Allocation("MALLOC_TRIM_THRESHOLD_", TrimThreshold, int.MaxValue);
        Allocation("MALLOC_TOP_PAD_", TopPad, 1 << 28);
        // Other threads' arenas hold no block above 64 MiB: one arena for all, or training off the main thread maps and clears every large temporary again.
        Allocation("MALLOC_ARENA_MAX", ArenaMax, 1);
    }

    private static void Allocation(string variable, int parameter, int value)
    {
        if (Environment.GetEnvironmentVariable(variable) is null) _ = SetAllocation(parameter, value);
    }

    private static bool IsGlibc() =>
        NativeLibrary.TryLoad("libc.so.6", out var libc) && NativeLibrary.TryGetExport(libc, "gnu_get_libc_version", out _);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetAllocation(int parameter, int value);
}
