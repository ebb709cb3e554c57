using System.Globalization;
using System.Security.Cryptography;
using TrlSharp.Adapters;
using TrlSharp.Models;
using TrlSharp.Packing;
using TrlSharp.Sft;
using TrlSharp.Tests.Models;
using TrlSharp.Training;
using TrlSharp.Training.Checkpoints;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Training.Checkpoints;

public sealed class ResumeTests : IDisposable
{
    private const int Updates = 12;
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-resume-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    private string Output => Path.Combine(_folder, "out");

    private SftOptions Options => new()
    {
        Training = new()
        {
            OutputFolder = Output, BatchSize = 2, AccumulationSteps = 3, MaxSteps = Updates, LoggingSteps = 2, SaveSteps = 3, Schedule = "cosine", WarmupSteps = 2,
            EvaluationStrategy = IntervalStrategy.Steps, EvaluationSteps = 4, Optimizer = new() { LearningRate = 0.01, WeightDecay = 0.1 },
        },
    };

    [Theory]
    [InlineData("adamw_torch")]
    [InlineData("adafactor")]
    [InlineData("sgd", "momentum=0.9")]
    [InlineData("rmsprop")]
    [InlineData("adagrad")]
    public void A_run_that_is_stopped_after_any_update_and_resumed_ends_with_the_same_bytes(string optimizer, string? arguments = null)
    {
        var options = With(o => o with { Optimizer = o.Optimizer with { Name = optimizer, Arguments = arguments } });
        var whole = Run(new TinyModel(), options);
        for (var at = 1; at < Updates; at++)
        {
            Directory.Delete(Output, recursive: true);
            Stop(new TinyModel(), options, at);
            var (bytes, log, metrics) = Run(new TinyModel(), Resume(options));
            Assert.Equal(whole.Bytes, bytes);
            Assert.Equal(whole.Log, log);
            Assert.Equal(whole.Metrics, metrics);
        }
    }

    [Fact]
    public void The_same_holds_for_weights_in_bfloat16_whose_masters_are_float32()
    {
        var whole = Run(new TinyModel(type: ScalarType.BFloat16), Options);
        Directory.Delete(Output, recursive: true);
        Stop(new TinyModel(type: ScalarType.BFloat16), Options, 5);
        Assert.Equal(whole.Bytes, Run(new TinyModel(type: ScalarType.BFloat16), Resume(Options)).Bytes);
    }

    [Fact]
    public void The_same_holds_for_an_adapter_with_dropout()
    {
        var options = With(o => o with { BatchSize = 1, MaxSteps = 6, EvaluationStrategy = IntervalStrategy.No });
        byte[] Train(SftOptions how, int? stopAfter)
        {
            using var model = TinyModels.Create("llama");
            using var adapter = LoraAdapter.Create(model, new() { TargetModules = ["all-linear"], Rank = 2, Dropout = 0.3 }, 1);
            if (stopAfter is { } at) Stop(model, how, at);
            else SftTrainer.Train(model, Rows(model), how, stop: Stopping);
            return [.. adapter.Parameters.SelectMany(p => p.Value.detach().bytes.ToArray())];
        }

        var whole = Train(options, null);
        Directory.Delete(Output, recursive: true);
        Train(options, 4);
        Assert.True(File.Exists(Path.Combine(Output, "checkpoint-4", "adapter_model.safetensors")));
        Assert.Equal(whole, Train(Resume(options), null));
    }

    [Fact]
    public void A_run_that_is_stopped_within_a_step_goes_on_from_its_beginning()
    {
        var whole = Run(new TinyModel(), Options);
        Directory.Delete(Output, recursive: true);
        using var stop = new CancellationTokenSource();
        var model = new StoppingModel(new TinyModel(), passes: 11, stop); // In the second micro-batch of the fourth update.
        Assert.ThrowsAny<OperationCanceledException>(() => SftTrainer.Train(model, TinyModel.Rows(20), Options, Held, stop: stop.Token));
        Assert.True(Directory.Exists(Path.Combine(Output, "checkpoint-3")));
        Assert.Equal(whole.Bytes, Run(new TinyModel(), Resume(Options)).Bytes);
    }

    [Fact]
    public void Changed_settings_and_changed_rows_are_refused_with_what_changed()
    {
        Stop(new TinyModel(), Options, 3);
        var changed = With(o => o with { ResumeFrom = "true", Optimizer = o.Optimizer with { LearningRate = 0.02 }, MaxSteps = 20, SaveSteps = 1, LoggingSteps = 1 });
        var fault = Assert.Throws<ConfigException>(() => Run(new TinyModel(), changed));
        Assert.Contains("LearningRate: was 0.01, is 0.02", fault.Message, StringComparison.Ordinal);
        Assert.Contains("MaxSteps: was 12, is 20", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SaveSteps", fault.Message, StringComparison.Ordinal);

        var rows = Assert.Throws<ConfigException>(() => SftTrainer.Train(new TinyModel(), TinyModel.Rows(20, seed: 8), Resume(Options), Held, stop: Stopping));
        Assert.Contains("data: train.Sha256: was", rows.Message, StringComparison.Ordinal);

        var notices = new List<string>();
        SftTrainer.Train(new TinyModel(), TinyModel.Rows(20), changed with { Training = changed.Training with { ResumeWithChanges = true } }, Held, new Notices(notices), Stopping);
        Assert.Contains(notices, n => n.Contains("LearningRate: was 0.01, is 0.02", StringComparison.Ordinal));
    }

    [Fact]
    public void A_changed_base_model_under_an_adapter_is_refused()
    {
        var options = With(o => o with { BatchSize = 1, MaxSteps = 6, EvaluationStrategy = IntervalStrategy.No });
        using var first = TinyModels.Create("llama");
        using var adapter = LoraAdapter.Create(first, new() { TargetModules = ["q_proj"] }, 1);
        Stop(first, options, 3);
        using var other = TinyModels.Create("llama");
        using (no_grad()) other.Parameters[0].Value[0, 0] = 3;
        using var again = LoraAdapter.Create(other, new() { TargetModules = ["q_proj"] }, 1);
        Assert.Contains("base model was changed", Assert.Throws<ConfigException>(() => SftTrainer.Train(other, Rows(other), Resume(options), stop: Stopping)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_checkpoint_is_passed_over_and_named()
    {
        var whole = Run(new TinyModel(), Options);
        File.AppendAllText(Path.Combine(Output, "checkpoint-12", "optimizer.safetensors"), "x");
        var notices = new List<string>();
        var model = new TinyModel();
        SftTrainer.Train(model, TinyModel.Rows(20), Resume(Options), Held, new Notices(notices), Stopping);
        Assert.Equal(whole.Bytes, Convert.ToHexString(SHA256.HashData(model.Bytes())));
        Assert.Contains(notices, n => n.Contains("checkpoint-12 is passed over: optimizer.safetensors has", StringComparison.Ordinal));

        File.AppendAllText(Path.Combine(Output, "checkpoint-9", "optimizer.safetensors"), "x");
        var fault = Assert.Throws<ModelFolderException>(() => Run(new TinyModel(), With(o => o with { ResumeFrom = Path.Combine(Output, "checkpoint-9") })));
        Assert.Contains($"--resume_from_checkpoint {Path.Combine(Output, "checkpoint-12")}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_and_every_flipped_bit_is_detected()
    {
        Stop(new TinyModel(), Options, 3);
        var folder = Path.Combine(Output, "checkpoint-3");
        Assert.Null(CheckpointManifest.FaultOf(folder));
        var random = new SeededRandom(5);
        var files = Directory.GetFiles(folder);
        for (var trial = 0; trial < (Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1" ? 1000 : 100); trial++)
        {
            var path = files[random.Next(files.Length)];
            var bytes = File.ReadAllBytes(path);
            var changed = bytes.ToArray();
            if (trial % 2 == 0) changed = changed[..random.Next(changed.Length)];
            else changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, changed);
            Assert.NotNull(CheckpointManifest.FaultOf(folder));
            File.WriteAllBytes(path, bytes);
        }
    }

    [Theory]
    [InlineData(28)]
    [InlineData(5)]
    public void Whatever_write_of_a_save_fails_the_checkpoint_before_it_loads(int code)
    {
        Stop(new TinyModel(), Options, 3);
        var good = Path.Combine(Output, "checkpoint-3");
        var counting = new FaultyDisk(int.MaxValue, code);
        TrainOn(counting, Path.Combine(_folder, "counted"));
        Assert.True(counting.Operations > 20);
        for (var failing = 0; failing < counting.Operations; failing++)
        {
            var output = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"out-{failing}"));
            Assert.Contains("checkpoint-3", Assert.Throws<DiskException>(() => TrainOn(new FaultyDisk(failing, code), output)).Message, StringComparison.Ordinal);
            var found = ResumePoint.Find(output, ResumePoint.Newest, _ => { });
            Assert.NotNull(found);
            CheckpointFolder.RemoveUnfinished(output);
            Assert.All(CheckpointFolder.All(output), folder => Assert.Null(CheckpointManifest.FaultOf(folder)));
        }

        void TrainOn(IDisk disk, string output)
        {
            CopyFolder(good, Path.Combine(output, "checkpoint-3"));
            var options = With(o => o with { OutputFolder = output, ResumeFrom = "true", SaveStrategy = IntervalStrategy.No });
            using var stop = new CancellationTokenSource();
            try
            {
                var model = new TinyModel();
                SftTrainer.Train(model, TinyModel.Rows(20), options, SftTrainer.OptimizerFor(model, options), new RunSurroundings { Evaluation = Held, Progress = new StopAfter(4, stop), Disk = disk }, stop.Token);
            }
            catch (OperationCanceledException)
            {
                // Stopped after the fourth update and saved, as it should be.
            }
        }
    }

    [Fact]
    public void The_limit_keeps_the_newest_two_good_ones_and_the_best()
    {
        Run(new TinyModel(), With(o => o with { SaveSteps = 1, SaveLimit = 1, EvaluationSteps = 1, Optimizer = o.Optimizer with { LearningRate = 1 } }));
        var kept = CheckpointFolder.All(Output).Select(f => CheckpointFolder.StepOf(f)!.Value).ToList();
        Assert.Equal([Updates, Updates - 1], kept.Take(2));
        Assert.True(kept.Count is 2 or 3);

        // With two damaged ones among the newest, the good ones before them stay.
        Directory.Delete(Output, recursive: true);
        Stop(new TinyModel(), With(o => o with { SaveSteps = 1 }), 6);
        foreach (var damaged in (int[])[5, 6]) File.Delete(Path.Combine(Output, CheckpointFolder.NameOf(damaged), "model.safetensors"));
        Stop(new TinyModel(), With(o => o with { SaveSteps = 7, SaveLimit = 1, ResumeFrom = "true" }), 7);
        Assert.Equal([7, 6, 5, 4], CheckpointFolder.All(Output).Select(f => CheckpointFolder.StepOf(f)!.Value).Take(4));
    }

    [Fact]
    public void A_second_run_on_the_same_folder_is_refused()
    {
        Directory.CreateDirectory(Output);
        using (RunLock.Take(Output))
        {
            Assert.Contains("another run is writing into", Assert.Throws<ConfigException>(() => Run(new TinyModel(), Options)).Message, StringComparison.Ordinal);
        }

        Run(new TinyModel(), Options);
    }

    [Fact]
    public void The_best_weights_are_loaded_at_the_end()
    {
        var options = With(o => o with { EvaluationSteps = 1, SaveStrategy = IntervalStrategy.No, LoadBest = true, Optimizer = o.Optimizer with { LearningRate = 1 } });
        var model = new TinyModel();
        var result = SftTrainer.Train(model, TinyModel.Rows(20), options, Held, stop: Stopping);
        Assert.NotEqual(Updates, result.Best!.Value.Step);
        var saved = ModelFiles.Open(Path.Combine(Output, CheckpointFolder.NameOf(result.Best.Value.Step)));
        foreach (var (name, value) in model.Parameters) Assert.True(saved.Read(name).eq(value).all().item<bool>());
    }

    private static readonly Dictionary<string, IReadOnlyList<PackedRow>> Held = new() { [""] = TinyModel.Rows(5, seed: 9) };

    private SftOptions With(Func<TrainingOptions, TrainingOptions> change) => Options with { Training = change(Options.Training) };

    private static SftOptions Resume(SftOptions options) => options with { Training = options.Training with { ResumeFrom = "true" } };

    private static IReadOnlyList<PackedRow> Rows(ICausalLM model) => TinyModel.Rows(20, model.VocabularySize);

    private (string Bytes, string Log, string Metrics) Run(TinyModel model, SftOptions options)
    {
        var result = SftTrainer.Train(model, TinyModel.Rows(20), options, Held, stop: Stopping);
        var log = string.Join('\n', result.Log.Select(e => $"{e.Step} {e.Epoch} {string.Join(' ', e.Values)}"));
        var metrics = File.ReadAllLines(Path.Combine(Output, "metrics.jsonl")).Select(line => line.Split(",\"tokens_per_second")[0]);
        return (Convert.ToHexString(SHA256.HashData(model.Bytes())), log, string.Join('\n', metrics));
    }

    private static void Stop(ICausalLM model, SftOptions options, int after)
    {
        using var stop = new CancellationTokenSource();
        var held = options.Training.EvaluationStrategy == IntervalStrategy.No ? null : Held;
        Assert.ThrowsAny<OperationCanceledException>(() => SftTrainer.Train(model, Rows(model), options, held, new StopAfter(after, stop), stop.Token));
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var path in Directory.EnumerateFiles(from)) File.Copy(path, Path.Combine(to, Path.GetFileName(path)));
    }

    private sealed class StopAfter(int update, CancellationTokenSource stop) : IProgress<RunEvent>
    {
        public void Report(RunEvent value)
        {
            if (value is RunEvent.Updated updated && updated.Update == update) stop.Cancel();
        }
    }

    private sealed class Notices(List<string> texts) : IProgress<RunEvent>
    {
        public void Report(RunEvent value)
        {
            if (value is RunEvent.Notice notice) texts.Add(notice.Text);
        }
    }
}
