using TorchSharp;
using TorchSharp.Modules;
using TrlSharp.Optimization;
using static TorchSharp.torch;
using OptimizerOptions = TrlSharp.Optimization.OptimizerOptions;

namespace TrlSharp.Tests.Optimization;

public sealed class AdamWKernelTests
{
    private readonly Draws _draws = new();

    /// <summary>The oracle is libtorch's kernel, which moves float32 weights, behind a clipping pass.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.1, 1)]
    [InlineData(0, 0.37)]
    [InlineData(0.01, 3e-3)]
    public void Masters_move_as_float32_weights_do_and_weights_are_masters_rounded(double weightDecay, double factor)
    {
        using var scope = NewDisposeScope();
        var start = (_draws.Normal(37, 501) * 0.02).to(bfloat16);
        using var half = new Parameter(start.clone());
        using var wide = new Parameter(start.to(float32));
        var options = new OptimizerOptions { LearningRate = 1e-3 };
        var (ours, expected) = (Create(half, options, weightDecay), Create(wide, options, weightDecay));
        for (var update = 0; update < 25; update++)
        {
            using var inner = NewDisposeScope();
            var gradient = _draws.Normal(37, 501) * Math.Pow(10, -update % 7);
            if (update == 3) gradient.zero_();
            var clipped = gradient * (float)factor;
            ours.Step([gradient], 1e-3 / (1 + update), factor);
            expected.Step([clipped], 1e-3 / (1 + update));
            var master = State(ours, ".master");
            Assert.InRange((master - wide).abs().max().ToDouble(), 0, 8e-9); // one unit in the last place of the largest
            Assert.Equal(0, (half - master.to(bfloat16)).abs().max().ToDouble());
            foreach (var moment in new[] { ".exp_avg", ".exp_avg_sq" })
                Assert.InRange(((State(ours, moment) - State(expected, moment)).abs() / (State(expected, moment).abs() + 1e-30)).max().ToDouble(), 0, 3e-7);
        }
    }

    /// <summary>A gradient that lies in memory in columns, and a factor for an optimizer that has no kernel.</summary>
    [Fact]
    public void Layout_does_not_matter_and_other_optimizers_multiply_first()
    {
        using var scope = NewDisposeScope();
        var gradient = _draws.Normal(5, 70);
        Tensor Moved(string name, Tensor pull, double factor)
        {
            var weight = new Parameter(ones(5, 70, dtype: bfloat16));
            Optimizers.Create(new() { Name = name, LearningRate = 0.1 }, ParameterGroup.Split([("w", weight)], 0)).Step([pull], 0.1, factor);
            return weight;
        }

        void AreEqual(Tensor a, Tensor b) => Assert.True(a.eq(b).all().item<bool>());
        AreEqual(Moved("adamw_torch", gradient.t().contiguous().t(), 1), Moved("adamw_torch", gradient, 1));
        AreEqual(Moved("sgd", gradient.clone(), 0.25), Moved("sgd", gradient * 0.25, 1));
    }

    private static IOptimizer Create(Parameter weight, OptimizerOptions options, double weightDecay) => Optimizers.Create(options, ParameterGroup.Split([("w", weight)], weightDecay));

    private static Tensor State(IOptimizer optimizer, string end) => optimizer.State.Single(s => s.Name.EndsWith(end, StringComparison.Ordinal)).Value;
}
