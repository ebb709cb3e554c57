using TorchSharp.Modules;
using TrlSharp.Optimization;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Optimization;

public sealed class MasterWeightsTests
{
    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void Weights_are_their_masters_rounded_once(ScalarType type)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var (large, small) = (new Parameter(randn(313, 217).to_type(type)), new Parameter(randn(5).to_type(type)));
        var optimizer = Optimizers.Create(new() { LearningRate = 0.1 }, ParameterGroup.Split([("large", large), ("small", small)], 0));
        for (var i = 0; i < 3; i++) optimizer.Step([randn(313, 217), randn(5)], 0.1);
        foreach (var (name, weight) in optimizer.Parameters)
        {
            var master = optimizer.State.Single(s => s.Name == name + MasterWeights.Suffix).Value;
            Assert.Equal(ScalarType.Float32, master.dtype);
            Assert.True(weight.eq(master.to_type(type)).all().item<bool>());
        }
    }
}
