using TorchSharp;
using TrlSharp.Adapters;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Adapters;

public sealed class LowRankKernelTests
{
    private readonly Draws _draws = new();

    public static TheoryData<ScalarType, int, int, int> Shapes
    {
        get
        {
            var shapes = new TheoryData<ScalarType, int, int, int>();
            foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
                foreach (var (rows, columns, rank) in new[] { (1, 5, 1), (3, 16, 2), (4, 33, 3), (50, 70, 8), (131, 160, 13), (257, 48, 16), (6, 300, 33) }) shapes.Add(type, rows, columns, rank);
            return shapes;
        }
    }

    /// <summary>The oracle is the formula in float64.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Thin_products_are_their_formulas(ScalarType type, int rows, int columns, int rank)
    {
        using var scope = NewDisposeScope();
        Tensor Double(Tensor t) => t.to(ScalarType.Float64);
        void AreClose(Tensor expected, Tensor actual, double limit) => Assert.InRange((Double(actual) - expected).abs().max().ToDouble() / expected.abs().max().ToDouble(), 0, limit);
        var (x, y) = (_draws.Normal(rows, columns).to(type), _draws.Normal(rows, columns).to(type));
        var (factor, low) = (_draws.Normal(rank, columns), _draws.Normal(rows, rank));
        const double Exact = 2e-6;
        var rounded = type == ScalarType.Float32 ? Exact : 1 / 128.0; // two roundings of bfloat16
        AreClose(Double(x).matmul(Double(factor).t()) * 0.3, LowRankKernel.Reduce(x, factor, 0.3), Exact);
        AreClose(Double(low).t().matmul(Double(x)), LowRankKernel.Gather(low, x), Exact);
        AreClose(Double(low).matmul(Double(factor)), LowRankKernel.Expand(low, factor, null, type), rounded);
        AreClose(Double(y) + Double(low).matmul(Double(factor)), LowRankKernel.Expand(low, factor, y, type), rounded);
    }

    /// <summary>The whole node in bfloat16 against autograd over the formula in float64.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Adapted_products_of_bfloat16_are_the_formula(bool drops, bool hasBias)
    {
        using var scope = NewDisposeScope();
        const double Scaling = 0.5;
        Tensor Leaf(ScalarType type, params long[] shape) => (_draws.Normal(shape) * 0.5).to(type).requires_grad_();
        Tensor Double(Tensor t) => t.detach().to(ScalarType.Float64).requires_grad_(t.is_leaf && t.requires_grad);
        Tensor[] leaves = [Leaf(ScalarType.BFloat16, 70, 45), Leaf(ScalarType.BFloat16, 70, 52), Leaf(ScalarType.Float32, 6, 45), Leaf(ScalarType.Float32, 52, 6), Leaf(ScalarType.Float32, 52)];
        var wide = leaves.Select(Double).ToArray();
        var kept = _draws.Uniform(70, 45).gt(0.25f);
        var pull = _draws.Normal(70, 52).to(ScalarType.BFloat16);

        var output = LowRankProduct.AddTo(leaves[1], leaves[0], (leaves[2], leaves[3], hasBias ? leaves[4] : null), Scaling, drops ? (kept, 1 / 0.75) : null);
        CustomGradient.Run(() => output.backward([pull]));
        var input = drops ? wide[0] * kept / 0.75 : wide[0];
        var expected = wide[1] + (nn.functional.linear(input.matmul(wide[2].t()) * Scaling, wide[3]) + (hasBias ? wide[4] * Scaling : 0));
        expected.backward([pull.to(ScalarType.Float64)]);

        void AreClose(Tensor right, Tensor ours, double limit) => Assert.InRange((ours.detach().to(ScalarType.Float64) - right).abs().max().ToDouble() / right.abs().max().ToDouble(), 0, limit);
        AreClose(expected, output, 1 / 128.0);
        for (var i = 0; i < (hasBias ? 5 : 4); i++) AreClose(wide[i].grad!, leaves[i].grad!, leaves[i].dtype == ScalarType.Float32 ? 1e-5 : 1 / 128.0);
    }

    /// <summary>To the last bit, on work that is enough for three.</summary>
    [Fact]
    public void Threads_change_nothing()
    {
        using var scope = NewDisposeScope();
        var (x, factor, low) = (_draws.Normal(900, 640).to(ScalarType.BFloat16), _draws.Normal(16, 640), _draws.Normal(900, 16));
        Tensor[] All() => [LowRankKernel.Reduce(x, factor, 2), LowRankKernel.Gather(low, x), LowRankKernel.Expand(low, factor, x, x.dtype)];
        var threads = get_num_threads();
        set_num_threads(1);
        var alone = All();
        set_num_threads(3);
        var shared = All();
        set_num_threads(threads);
        foreach (var (a, b) in alone.Zip(shared)) Assert.True(a.eq(b).all().item<bool>());
    }
}
