using System.Diagnostics;
using System.Globalization;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Benchmarks.Training;

/// <summary>
/// Training steps against the machine's own speed: tokens/s, share of the GEMM rate of the same element type for whole steps and for forward and backward alone,
/// and peak memory. Every case runs in a process of its own. TRL 1.16 on two cores of this class reaches 25–40 % (fp32) and 10–20 % (bf16) on full rows,
/// 166–226 tokens/s on chats (bf16), 53 tokens/s with 152 k tokens, 176 with LoRA, and takes 3.2–3.9 GB.
/// </summary>
internal static class TrainingBenchmark
{
    private const int DefaultSteps = 5;
    private const string Tunables = "GLIBC_TUNABLES";

    // training [THREADS] [STEPS] [START OF NAMES...]
    public static int Run(string[] arguments)
    {
        NativeLibraries.EnsureLoaded();
        var threads = arguments.Length > 0 ? Number(arguments[0]) : Environment.ProcessorCount;
        var steps = arguments.Length > 1 ? Number(arguments[1]) : DefaultSteps;
        var names = arguments.Skip(2).ToList();
        var chosen = TrainingCase.All.Where(c => names.Count == 0 || names.Exists(n => c.Name.StartsWith(n, StringComparison.Ordinal))).ToList();
        if (chosen.Count != 1 || Environment.GetEnvironmentVariable(Tunables) is null) return chosen.Select(c => InOwnProcess(threads, steps, c.Name)).DefaultIfEmpty(2).Max();
        set_num_threads(threads);
        using var measurement = new TrainingMeasurement(chosen[0]);
        measurement.Report(steps);
        return 0;
    }

    private static int InOwnProcess(int threads, int steps, string name)
    {
        string[] arguments = [typeof(TrainingBenchmark).Assembly.Location, "training", Text(threads), Text(steps), name];
        var start = new ProcessStartInfo(Environment.ProcessPath!, Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? arguments : arguments[1..]);
        if (!start.Environment.ContainsKey(Tunables)) start.Environment[Tunables] = "glibc.malloc.tcache_count=0"; // as the command sft starts itself
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
