using System.Globalization;
using TorchSharp;
using TrlSharp.Native;

namespace TrlSharp.Cli.Doctor;

/// <summary>Whether libtorch loads, how, and how fast it multiplies matrices.</summary>
internal static class TorchChecks
{
    public static IEnumerable<Finding> All()
    {
        try
        {
            return Loaded(NativeLibraries.EnsureLoaded());
        }
        catch (NativeLibraryException e)
        {
            return [new("libtorch", "does not load", e.Message, Blocks: true)];
        }
    }

    private static IEnumerable<Finding> Loaded(LoadedLibraries loaded)
    {
        yield return new("libtorch", loaded.Folder ?? "found by the system's own search");
        yield return new("loader fix", loaded.WeakenedCopy is { } copy
            ? $"this machine's libstdc++ is older than the one TorchSharp was built with; a copy that does not ask for it is used: {copy}"
            : "not needed here");
        foreach (var problem in loaded.Problems)
            yield return new("loader cache", problem, "set XDG_CACHE_HOME to a writable folder to keep the copy between starts");

        yield return Threads();
        foreach (var type in new[] { torch.float32, torch.bfloat16 })
        {
            var rate = GemmRate.Measure(type);
            yield return new($"GEMM rate {(type == torch.float32 ? "fp32" : "bf16")}", string.Create(CultureInfo.InvariantCulture, $"{rate / 1e9:F0} GFLOP/s with {torch.get_num_threads()} threads"));
        }

        yield return new("bf16 products", Bf16Products.GoThroughFloat32
            ? "this processor has no full-rate bfloat16 arithmetic: the same products are made in float32 and rounded once; --bf16 false trains faster here and takes more memory"
            : "made in bfloat16 by libtorch");
    }

    private static Finding Threads()
    {
        var threads = torch.get_num_threads();
        return new("threads", string.Create(CultureInfo.InvariantCulture, $"{threads} of {Environment.ProcessorCount} processors; idle threads sleep (OMP_WAIT_POLICY)"),
            threads > Environment.ProcessorCount ? "more threads than processors: set OMP_NUM_THREADS" : null);
    }
}
