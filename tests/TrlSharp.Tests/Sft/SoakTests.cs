using System.Diagnostics;
using TrlSharp.Packing;
using TrlSharp.Sft;
using TrlSharp.Tests.Training;
using TrlSharp.Training;

namespace TrlSharp.Tests.Sft;

[Collection(nameof(Alone))]
public sealed class SoakTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-soak-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>20,000 updates with logs, evaluations and checkpoints when TRLSHARP_NIGHTLY=1; a fortieth of that otherwise.</summary>
    [Fact]
    public void Memory_and_handles_stay_flat()
    {
        var updates = Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1" ? 20_000 : 500;
        var readings = new List<(long Memory, int Handles)>();
        var options = new SftOptions
        {
            Training = new()
            {
                OutputFolder = _folder, BatchSize = 4, MaxSteps = updates, LoggingSteps = 50, SaveSteps = 100, SaveLimit = 2, ReportTo = ["tensorboard"],
                EvaluationStrategy = IntervalStrategy.Steps, EvaluationSteps = 250, Optimizer = new() { LearningRate = 1e-3 },
            },
        };
        SftTrainer.Train(new TinyModel(), TinyModel.Rows(64), options, new Dictionary<string, IReadOnlyList<PackedRow>> { [""] = TinyModel.Rows(5, seed: 9) },
            new Readings(updates / 20, readings), TestContext.Current.CancellationToken);
        // The first readings are still warming up.
        var (early, late) = (readings[readings.Count / 4], readings[^1]);
        Assert.True(late.Handles <= early.Handles + 8, $"handles: {string.Join(", ", readings.Select(r => r.Handles))}");
        Assert.True(late.Memory <= early.Memory + (48 << 20), $"memory, MiB: {string.Join(", ", readings.Select(r => r.Memory >> 20))}");
    }

    private sealed class Readings(int every, List<(long Memory, int Handles)> values) : IProgress<RunEvent>
    {
        public void Report(RunEvent value)
        {
            if (value is not RunEvent.Updated updated || updated.Update % every != 0) return;
            using var process = Process.GetCurrentProcess();
            values.Add((process.WorkingSet64, OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : process.HandleCount));
        }
    }
}
