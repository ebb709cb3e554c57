using System.Globalization;
using System.Runtime.InteropServices;

namespace TrlSharp.Cli.Doctor;

/// <summary>What can be said about the machine without libtorch.</summary>
internal static class MachineChecks
{
    private const long Gibibyte = 1L << 30;
    private const long LittleMemory = 2 * Gibibyte;
    private const long LittleDisk = 2 * Gibibyte;

    public static IEnumerable<Finding> All()
    {
        yield return new("runtime", $".NET {Environment.Version}, {RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.RuntimeIdentifier}");
        yield return new("processors", string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount}"));
        yield return Memory();
        yield return Disk("disk, this folder", Environment.CurrentDirectory);
        yield return Disk("disk, temporary", Path.GetTempPath());
        yield return Gpu();
    }

    private static Finding Memory()
    {
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return new("memory", Size(available), available < LittleMemory
            ? "less than 2 GiB: train small models, use --per_device_train_batch_size 1 and a short --max_length"
            : null);
    }

    private static Finding Disk(string subject, string folder)
    {
        try
        {
            var free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
            return new(subject, $"{Size(free)} free in {folder}", free < LittleDisk ? "a full-size save may not fit: choose an --output_dir on another disk" : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new(subject, $"unknown ({e.Message})");
        }
    }

    private static Finding Gpu()
    {
        const string Driver = "/proc/driver/nvidia/version";
        return File.Exists(Driver)
            ? new("GPU", File.ReadLines(Driver).First(), "this build computes on the processor; the GPU is not used")
            : new("GPU", "none found; training runs on the processor");
    }

    internal static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)Gibibyte:F1} GiB");
}
