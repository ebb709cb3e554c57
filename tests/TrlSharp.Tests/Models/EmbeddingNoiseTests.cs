using TorchSharp;
using TrlSharp.Batches;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Models;

public sealed class EmbeddingNoiseTests
{
    [Fact]
    public void Noise_acts_in_training_only_is_the_same_for_the_same_seed_and_keeps_its_bounds()
    {
        using var model = TinyModels.Create("llama");
        using var scope = NewDisposeScope();
        using var withoutGraph = no_grad();
        var tokens = tensor(new long[] { 1, 2, 3, 4, 5, 6 });
        var layout = SequenceLayout.FromLengths(4, 2);
        Tensor Embedded()
        {
            var trace = new List<Tensor>();
            model.Run(tokens, new(layout, ScalarType.Float32, CPU), trace);
            return trace[0];
        }

        var plain = Embedded();
        model.EmbeddingNoise = 5;
        Assert.True(plain.Equals(Embedded()));
        model.TrainingSeed = 7;
        var noisy = Embedded() - plain;
        model.TrainingSeed = 7;
        Assert.True(noisy.Equals(Embedded() - plain));
        // NEFTune: ±5/√(4·24) in the first sequence, ±5/√(2·24) in the second.
        foreach (var (start, length) in ((long, long)[])[(0, 4), (4, 2)])
        {
            var bound = 5 / Math.Sqrt(length * 24);
            var part = noisy.narrow(0, start, length).abs().max().ToDouble();
            Assert.InRange(part, 0.8 * bound, bound + 1e-6);
        }
    }
}
