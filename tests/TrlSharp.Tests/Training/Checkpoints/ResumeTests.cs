using TrlSharp.Adapters;
using TrlSharp.Sft;
using TrlSharp.Tests.Models;
using TrlSharp.Training;
using TrlSharp.Training.Checkpoints;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Training.Checkpoints;

public sealed class ResumeTests : CheckpointedRuns
{
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
    public void A_second_run_on_the_sameFolder_is_refused()
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
}
