using TrlSharp.Optimization;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Optimization;

public sealed class GradientNormTests
{
    [Fact]
    public void It_is_the_length_in_float64_whatever_the_sizes_types_and_threads()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        Tensor[] gradients = [randn(3, 5), randn(1), randn(200_003), randn(64, 1024), randn(7, 4).t(), randn(100).to_type(ScalarType.BFloat16), tensor(1e3f)];
        var expected = Math.Sqrt(gradients.Sum(g => g.to_type(ScalarType.Float64).square().sum().item<double>()));
        var norm = GradientNorm.Of(gradients);
        Assert.Equal(expected, norm, 1e-7 * expected);
        var threads = get_num_threads();
        set_num_threads(1);
        Assert.Equal(norm, GradientNorm.Of(gradients));
        set_num_threads(threads);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void One_number_that_is_not_finite_shows(float bad)
    {
        using var scope = NewDisposeScope();
        var gradient = zeros(50_000);
        gradient[33_333] = bad;
        Assert.False(double.IsFinite(GradientNorm.Of([ones(3), gradient])));
    }
}
