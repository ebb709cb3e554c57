using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Native;

public sealed class RowMatmulTests
{
    private readonly Draws _draws = new();
    private static bool Same(Tensor a, Tensor b) => a.eq(b).all().item<bool>();

    [Theory]
    [InlineData(1, 16, 4)]
    [InlineData(1, 2, 1)]
    [InlineData(3, 70, 13)]
    [InlineData(4, 64, 8)]
    [InlineData(9, 130, 31)]
    [InlineData(64, 96, 5)]
    [InlineData(5, 1024, 2050)]
    public void Products_equal_those_of_libtorch_in_both_types(int rows, int inputs, int outputs)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var (x, weight, bias) = (_draws.Normal(rows, inputs), _draws.Normal(outputs, inputs), _draws.Normal(outputs));
        Assert.True(RowMatmul.Serves(x, weight));
        var limit = 1e-6 * inputs + 1e-6;
        Assert.True((RowMatmul.Linear(x, weight, bias) - nn.functional.linear(x, weight, bias)).abs().max().item<float>() < limit);
        var (halfX, halfWeight) = (x.to(ScalarType.BFloat16), weight.to(ScalarType.BFloat16));
        var exact = nn.functional.linear(halfX.to(ScalarType.Float32), halfWeight.to(ScalarType.Float32));
        var half = RowMatmul.Linear(halfX, halfWeight, null);
        Assert.Equal(ScalarType.BFloat16, half.dtype);
        // Rounded once, at the end.
        Assert.True(((half.to(ScalarType.Float32) - exact).abs() <= exact.abs() * 0.00392f + (float)limit).all().item<bool>());
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void A_row_is_the_same_to_the_last_bit_whatever_is_beside_it(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var (x, weight) = (_draws.Normal(37, 150).to(type), _draws.Normal(4100, 150).to(type));
        var together = RowMatmul.Linear(x, weight, null);
        foreach (var (first, count) in new[] { (0, 1), (5, 2), (3, 4), (30, 7) })
            Assert.True(Same(RowMatmul.Linear(x.narrow(0, first, count), weight, null), together.narrow(0, first, count)));
        var threads = get_num_threads();
        set_num_threads(threads == 1 ? 2 : 1);
        Assert.True(Same(RowMatmul.Linear(x, weight, null), together));
        set_num_threads(threads);
    }

    /// <summary>Maps of very different sizes, one of them smaller than what is computed together.</summary>
    [Theory]
    [InlineData(1, ScalarType.Float32)]
    [InlineData(1, ScalarType.BFloat16)]
    [InlineData(6, ScalarType.Float32)]
    [InlineData(6, ScalarType.BFloat16)]
    public void Several_maps_give_what_each_alone_gives_to_the_last_bit(int rows, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var x = _draws.Normal(rows, 300).to(type);
        var maps = new[] { 2050, 3, 128, 1 }.Select(outputs => (Weight: _draws.Normal(outputs, 300).to(type), Bias: outputs == 128 ? _draws.Normal(outputs) : null)).ToArray();
        var threads = get_num_threads();
        foreach (var count in new[] { 1, 2 })
        {
            set_num_threads(count);
            var together = RowMatmul.Linear(x, maps);
            for (var i = 0; i < maps.Length; i++) Assert.True(Same(RowMatmul.Linear(x, maps[i].Weight, maps[i].Bias), together[i]));
        }

        set_num_threads(threads);
    }

    [Fact]
    public void Training_and_other_types_go_another_way()
    {
        using var scope = NewDisposeScope();
        var (x, weight) = (_draws.Normal(2, 8), _draws.Normal(3, 8));
        Assert.False(RowMatmul.Serves(x, weight));
        using (no_grad()) Assert.False(RowMatmul.Serves(x, weight));
        using var inference = inference_mode();
        Assert.True(RowMatmul.Serves(x, weight));
        Assert.False(RowMatmul.Serves(x.to(ScalarType.Float64), weight.to(ScalarType.Float64)));
        Assert.False(RowMatmul.Serves(_draws.Normal(65, 8), weight));
        Assert.False(RowMatmul.Serves(x, _draws.Normal(8, 3).t()));
        Assert.False(RowMatmul.Serves(x.to(ScalarType.BFloat16), weight));
    }
}
