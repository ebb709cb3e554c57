using TorchSharp;
using TrlSharp.Adapters;
using TrlSharp.Batches;
using TrlSharp.Models;
using TrlSharp.Optimization;
using TrlSharp.Packing;
using TrlSharp.Sft;
using TrlSharp.Tests.Models;
using TrlSharp.Tests.Training;
using TrlSharp.Training;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Sft;

/// <summary>One training told in several ways: the weights agree to 1e-6 after six updates, on a real decoder.</summary>
public sealed class EquivalenceTests
{
    private static readonly IReadOnlyList<PackedRow> Rows = TinyModel.Rows(48, 50);

    /// <summary>Momentum and no Adam: Adam turns rounding noise in nearly zero gradients into whole steps.</summary>
    private static readonly TrainingOptions Base = new() { BatchSize = 8, MaxSteps = 6, Sampling = SamplingStrategy.Sequential, Optimizer = new() { Name = "sgd", Arguments = "momentum=0.9", LearningRate = 0.05 } };

    [Theory]
    [InlineData("llama")]
    [InlineData("gemma2")]
    [InlineData("qwen3_moe")]
    [InlineData("gpt2")]
    public void One_of_eight_eight_of_one_packed_and_unpacked(string family)
    {
        var whole = Train(family, Rows, Base);
        AssertClose(whole, Train(family, Rows, Base with { BatchSize = 1, AccumulationSteps = 8 }));
        AssertClose(whole, Train(family, Rows, Base with { BatchSize = 3, AccumulationSteps = 3, MaxSteps = 6 }, take: 8));
        PackedRow[] packed = [.. Rows.Chunk(8).Select(c => new PackedRow([.. c.SelectMany(r => r.Sequences)]))];
        AssertClose(whole, Train(family, packed, Base with { BatchSize = 1 }));
        PackedRow[] unpacked = [.. Rows.Chunk(8).SelectMany(c => c.SelectMany(r => r.Sequences)).Select(s => new PackedRow([s]))];
        AssertClose(whole, TrainUnpacked(family, unpacked));
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("qwen3_moe")]
    public void Recomputing_activations_changes_no_bit(string family) => Assert.Equal(Train(family, Rows, Base).Bytes, Train(family, Rows, Base, model => model.RecomputeActivations = true).Bytes);

    [Fact]
    public void Recomputing_changes_no_bit_of_an_adapter_with_dropout_and_noise_either()
    {
        byte[] Run(bool recompute)
        {
            using var model = TinyModels.Create("llama");
            (model.RecomputeActivations, model.EmbeddingNoise) = (recompute, 5);
            using var adapter = LoraAdapter.Create(model, new() { TargetModules = ["all-linear"], Rank = 2, Dropout = 0.3 }, 1);
            SftTrainer.Train(model, Rows, new() { Training = Base }, stop: TestContext.Current.CancellationToken);
            return [.. adapter.Parameters.SelectMany(p => p.Value.detach().bytes.ToArray())];
        }

        Assert.Equal(Run(false), Run(true));
    }

    [Fact]
    public void Threads_change_rounding_only_and_the_same_run_gives_the_same_bytes()
    {
        var before = get_num_threads();
        try
        {
            set_num_threads(1);
            var one = Train("llama", Rows, Base);
            Assert.Equal(one.Bytes, Train("llama", Rows, Base).Bytes);
            set_num_threads(2);
            AssertClose(one, Train("llama", Rows, Base));
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void Rows_padded_with_an_untrained_document_train_the_same()
    {
        // Packed rows are never padded; what a padding collator would add is at most a document of its own that nothing is trained on.
        var whole = Train("llama", Rows, Base);
        PackedRow[] padded = [.. Rows.Select(r => new PackedRow([.. r.Sequences, r.Sequences[0] with { Tokens = new int[30], Weights = new float[30] }]))];
        AssertClose(whole, Train("llama", padded, Base));
    }

    private static (byte[] Bytes, List<Tensor> Weights) Train(string family, IReadOnlyList<PackedRow> rows, TrainingOptions options, Action<CausalLM>? prepare = null, int? take = null)
    {
        using var model = TinyModels.Create(family);
        prepare?.Invoke(model);
        // Batches of three do not divide eight: nine rows an update, of which the last holds nothing.
        var used = take is { } n ? [.. rows.Chunk(n).SelectMany(c => c.Append(new PackedRow([c[0].Sequences[0] with { Weights = new float[c[0].Sequences[0].Length] }])))] : rows;
        SftTrainer.Train(model, used, new() { Training = options }, stop: TestContext.Current.CancellationToken);
        return ([.. model.Parameters.SelectMany(p => p.Value.detach().bytes.ToArray())], [.. model.Parameters.Select(p => p.Value.detach().clone())]);
    }

    /// <summary>Single sequences, as many an update as the eight rows held: counted in tokens, since rows differ.</summary>
    private static (byte[] Bytes, List<Tensor> Weights) TrainUnpacked(string family, IReadOnlyList<PackedRow> sequences)
    {
        using var model = TinyModels.Create(family);
        var options = new SftOptions { Training = Base };
        var optimizer = SftTrainer.OptimizerFor(model, options);
        var loop = new TrainingLoop<PackedBatch>(new SftObjective(model, options.Loss, options.Normalization), optimizer,
            LearningRateSchedule.Create(Base.Schedule, Base.Optimizer.LearningRate, 0, Base.MaxSteps));
        var collator = new Collator(model.VocabularySize, options.Normalization);
        var at = 0;
        for (var update = 0; update < Base.MaxSteps; update++)
        {
            using var scope = NewDisposeScope();
            var count = Rows.Skip(update * 8).Take(8).Sum(r => r.Sequences.Count);
            var part = sequences.Skip(at).Take(count).ToList();
            at += count;
            loop.Step(update, [.. part.Select(r => collator.Collate(r))], TestContext.Current.CancellationToken);
        }

        return ([], [.. model.Parameters.Select(p => p.Value.detach().clone())]);
    }

    private static void AssertClose((byte[] Bytes, List<Tensor> Weights) a, (byte[] Bytes, List<Tensor> Weights) b)
    {
        for (var i = 0; i < a.Weights.Count; i++) Assert.True((a.Weights[i] - b.Weights[i]).abs().max().ToDouble() < 1e-6);
    }
}
