using System.Security.Cryptography;
using TrlSharp.Models;
using TrlSharp.Packing;
using TrlSharp.Sft;
using TrlSharp.Training;

namespace TrlSharp.Tests.Training.Checkpoints;

/// <summary>A tiny run of twelve updates with checkpoints, and ways to stop it and go on.</summary>
public abstract class CheckpointedRuns : IDisposable
{
    protected const int Updates = 12;
    protected string Folder { get; } = Directory.CreateTempSubdirectory("trlsharp-resume-").FullName;

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected static CancellationToken Stopping => TestContext.Current.CancellationToken;

    protected string Output => Path.Combine(Folder, "out");

    protected SftOptions Options => new()
    {
        Training = new()
        {
            OutputFolder = Output, BatchSize = 2, AccumulationSteps = 3, MaxSteps = Updates, LoggingSteps = 2, SaveSteps = 3, Schedule = "cosine", WarmupSteps = 2,
            EvaluationStrategy = IntervalStrategy.Steps, EvaluationSteps = 4, Optimizer = new() { LearningRate = 0.01, WeightDecay = 0.1 },
        },
    };

    protected static readonly Dictionary<string, IReadOnlyList<PackedRow>> Held = new() { [""] = TinyModel.Rows(5, seed: 9) };

    protected SftOptions With(Func<TrainingOptions, TrainingOptions> change) => Options with { Training = change(Options.Training) };

    protected static SftOptions Resume(SftOptions options) => options with { Training = options.Training with { ResumeFrom = "true" } };

    protected static IReadOnlyList<PackedRow> Rows(ICausalLM model) => TinyModel.Rows(20, model.VocabularySize);

    private protected (string Bytes, string Log, string Metrics) Run(TinyModel model, SftOptions options)
    {
        var result = SftTrainer.Train(model, TinyModel.Rows(20), options, Held, stop: Stopping);
        var log = string.Join('\n', result.Log.Select(e => $"{e.Step} {e.Epoch} {string.Join(' ', e.Values)}"));
        var metrics = File.ReadAllLines(Path.Combine(Output, "metrics.jsonl")).Select(line => line.Split(",\"tokens_per_second")[0]);
        return (Convert.ToHexString(SHA256.HashData(model.Bytes())), log, string.Join('\n', metrics));
    }

    protected static void Stop(ICausalLM model, SftOptions options, int after)
    {
        using var stop = new CancellationTokenSource();
        var held = options.Training.EvaluationStrategy == IntervalStrategy.No ? null : Held;
        Assert.ThrowsAny<OperationCanceledException>(() => SftTrainer.Train(model, Rows(model), options, held, new StopAfter(after, stop), stop.Token));
    }

    protected sealed class StopAfter(int update, CancellationTokenSource stop) : IProgress<RunEvent>
    {
        public void Report(RunEvent value)
        {
            if (value is RunEvent.Updated updated && updated.Update == update) stop.Cancel();
        }
    }

    protected sealed class Notices(List<string> texts) : IProgress<RunEvent>
    {
        public void Report(RunEvent value)
        {
            if (value is RunEvent.Notice notice) texts.Add(notice.Text);
        }
    }
}
