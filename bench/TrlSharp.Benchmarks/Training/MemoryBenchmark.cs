using System.Globalization;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Benchmarks.Training;

/// <summary>
/// Where the memory of a training step goes: what the C library has handed out at each point, what it has handed out at most within a step, and what the process holds. The difference is
/// code, the runtime, and holes in the heap. Linux with glibc.
/// </summary>
internal static class MemoryBenchmark
{
    private const double Megabyte = 1e6;

    // memory [THREADS] [CASE NAME]
    public static int Run(string[] arguments)
    {
        NativeLibraries.EnsureLoaded();
        if (arguments.Length > 0) set_num_threads(int.Parse(arguments[0], CultureInfo.InvariantCulture));
        var name = arguments.Length > 1 ? arguments[1] : TrainingCase.All[0].Name;
        var (libraries, resident) = (HeapState.Now().Used, ProcessMemory.Read("VmRSS"));
        using var measurement = new TrainingMeasurement(TrainingCase.All.First(c => c.Name == name));
        var ready = HeapState.Now().Used;
        var parameters = measurement.Model.Parameters;
        var weights = parameters.Sum(p => p.Value.numel() * p.Value.element_size());
        measurement.Step();
        var stepped = HeapState.Now().Used;
        var kept = Kept(measurement);
        var highest = Highest(measurement.Step);
        Line("libraries and runtime, before the model", resident);
        Line("weights", weights);
        Line("optimizer: moments, masters", ready - libraries - weights);
        Line("gradients, float32, kept from step to step", stepped - ready);
        Line("kept by a forward pass", kept);
        Line("logits and working memory at the highest point", highest - stepped - kept);
        Line("handed out at the highest point of a step", highest);
        Line("resident at most", ProcessMemory.Read("VmHWM"));
        return 0;
    }

    private static long Kept(TrainingMeasurement measurement)
    {
        using var scope = NewDisposeScope();
        var before = HeapState.Now().Used;
        _ = measurement.Model.HiddenStates(measurement.Batch.Tokens, measurement.Batch.Layout);
        return HeapState.Now().Used - before;
    }

    private static long Highest(Action step)
    {
        var (highest, ends) = (0L, false);
        var sampler = new Thread(() =>
        {
            while (!Volatile.Read(ref ends))
            {
                highest = Math.Max(highest, HeapState.Now().Used);
                Thread.Sleep(1);
            }
        });
        sampler.Start();
        step();
        Volatile.Write(ref ends, true);
        sampler.Join();
        return highest;
    }

    private static void Line(string what, long bytes) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-50} {bytes / Megabyte,7:N0} MB"));
}
