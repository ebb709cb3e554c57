using TorchSharp;
using TrlSharp.Batches;
using TrlSharp.Models.Attention;
using TrlSharp.Models.Layers;
using TrlSharp.Models.Rotary;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Models;

/// <summary>What is computed over pointers, against the same formula in libtorch's operators and autograd. Odd sizes, so that the last lanes are partly filled.</summary>
public class KernelTests
{
    private readonly Draws _draws = new();
    [Theory]
    [InlineData(ScalarType.Float32, 1e-5)]
    [InlineData(ScalarType.BFloat16, 3e-2)]
    public void Rms_norm_is_its_formula(ScalarType type, double limit)
    {
        using var scope = NewDisposeScope();
        var (x, w) = (Leaf(type, 133, 37), Leaf(type, 37));
        AreEqual(() => RmsNormKernel.Forward(x, w, 1e-3, roundsFirst: false), () => x * rsqrt(x.pow(2).mean([-1], true) + 1e-3) * w, limit, x, w);
    }

    [Theory]
    [InlineData(ScalarType.Float32, 1e-5)]
    [InlineData(ScalarType.BFloat16, 3e-2)]
    public void Gated_activation_is_its_formula(ScalarType type, double limit)
    {
        using var scope = NewDisposeScope();
        var both = Leaf(type, 19, 2 * 21);
        AreEqual(() => SwiGluKernel.Forward(both.narrow(1, 0, 21), both.narrow(1, 21, 21)), () => nn.functional.silu(both.narrow(1, 0, 21)) * both.narrow(1, 21, 21), limit, both);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rotation_turns_the_gradient_back(bool halves)
    {
        using var scope = NewDisposeScope();
        var x = Leaf(ScalarType.Float32, 7, 3, 12);
        var angles = _draws.Uniform(7, 1, 5);
        var table = new RotaryTable(angles.cos(), angles.sin());
        var rotary = new RotaryEmbedding(10, halves ? RotaryLayout.Halves : RotaryLayout.Interleaved, _ => angles);
        AreEqual(() => rotary.Apply(x, table), () => rotary.Apply(x.to(ScalarType.Float64), new(table.Cos.to(ScalarType.Float64), table.Sin.to(ScalarType.Float64))), 1e-5, x);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(2)]
    public void Bucketed_attention_is_attention_of_each_sequence_alone(int keyHeads)
    {
        using var scope = NewDisposeScope();
        int[] lengths = [5, 40, 16, 1, 33, 5];
        var (q, k, v) = (Leaf(ScalarType.Float32, 100, 4, 8), Leaf(ScalarType.Float32, 100, keyHeads, 8), Leaf(ScalarType.Float32, 100, keyHeads, 8));
        var layout = SequenceLayout.FromLengths(lengths);
        AreEqual(
            () => BucketedAttention.Attend(q, k, v, new SequenceBuckets(layout, q), 0.3),
            () => cat([.. lengths.Select((length, s) => Ops.ScaledDotProductAttention(
                Alone(q, layout.Starts[s], length), Alone(k, layout.Starts[s], length), Alone(v, layout.Starts[s], length), causal: true, scale: 0.3)[0].transpose(0, 1).flatten(1))]),
            1e-5, q, k, v);
    }

    [Theory]
    [InlineData(ScalarType.Float32, false, 1e-5)]
    [InlineData(ScalarType.BFloat16, false, 8e-3)]
    [InlineData(ScalarType.BFloat16, true, 4e-3)]
    public void Linear_products_are_their_formula(ScalarType type, bool widens, double limit)
    {
        using var scope = NewDisposeScope();
        var (x, w, b) = (Leaf(type, 19, 33), Leaf(type, 21, 33), Leaf(type, 21));
        AreEqual(
            () => LinearProduct.Forward(x, w, b, widens), () => nn.functional.linear(x.to(ScalarType.Float64), w.to(ScalarType.Float64), b.to(ScalarType.Float64)), limit, x, w, b);
    }

    /// <summary>More outputs than are widened at a time, and gradients that go to a float32 sum.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Large_products_gather_in_slices_and_the_first_puts_its_own_where_later_ones_add(bool gathersWide, bool widens)
    {
        using var scope = NewDisposeScope();
        var (x, w, b) = (Leaf(ScalarType.BFloat16, 19, 8), Leaf(ScalarType.BFloat16, 9000, 8), Leaf(ScalarType.BFloat16, 9000));
        var sum = new WideGradients.Sum(full(9000, 8, float.NaN)); // of a step before
        var (pull, runs) = (_draws.Uniform(19, 9000).to(ScalarType.BFloat16), 0);
        if (gathersWide) WideGradients.Open(w, sum);
        Tensor y;
        do
        {
            (x.grad, b.grad) = (null, null);
            y = LinearProduct.Forward(x, w, b, widens);
            CustomGradient.Run(() => y.backward([pull]));
        }
        while (gathersWide && runs++ == 0);

        WideGradients.Close(w);
        Tensor Double(Tensor t) => t.detach().to(ScalarType.Float64);
        const double Rounding = 1 / 256.0; // of bfloat16
        void AreClose(Tensor expected, Tensor actual, double limit) => Assert.InRange(Largest(Double(actual) - expected) / Largest(expected), 0, limit);
        AreClose(nn.functional.linear(Double(x), Double(w), Double(b)), y, Rounding);
        AreClose(Double(pull).matmul(Double(w)), x.grad!, Rounding);
        AreClose(Double(pull).sum([0]), b.grad!, Rounding);
        var expected = Double(pull).t().matmul(Double(x));
        if (!gathersWide) AreClose(expected, w.grad!, Rounding);
        else AreClose(expected * 2, sum.Value, widens ? 1e-5 : Rounding);
        Assert.Equal(gathersWide, w.grad is null);
        Assert.Equal(gathersWide, sum.IsReached);
    }

    /// <summary>Norms and gated activations are not kept for the products that read them.</summary>
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void What_is_computed_again_gives_the_same_gradients(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var (x, scale, gate, up, down) = (Leaf(type, 19, 33), Leaf(type, 33), Leaf(type, 40, 33), Leaf(type, 40, 33), Leaf(type, 33, 40));
        Tensor[] leaves = [x, scale, gate, up, down];
        List<Tensor> Gradients(Func<Tensor, Tensor> hand)
        {
            foreach (var leaf in leaves) leaf.grad = null;
            var normed = hand(RmsNormKernel.Forward(x, scale, 1e-5, roundsFirst: true));
            var inner = hand(SwiGluKernel.Forward(LinearProduct.Forward(normed, gate, null, widens: true), LinearProduct.Forward(normed, up, null, widens: true)));
            Assert.Equal(ReferenceEquals(hand(x), x), Recomputation.Of(inner) is not null);
            CustomGradient.Run(() => LinearProduct.Forward(inner, down, null, widens: true).sum().backward());
            return [.. leaves.Select(l => l.grad!.clone())];
        }

        foreach (var (again, kept) in Gradients(t => t).Zip(Gradients(t => t.alias()))) Assert.Equal(0, Largest(again - kept));
    }

    /// <summary>A leaf gathers its gradient over passes; what was computed from a leaf hands it on.</summary>
    [Fact]
    public void Gradients_of_weights_and_tables_add_up()
    {
        using var scope = NewDisposeScope();
        var (x, w) = (Leaf(ScalarType.Float32, 19, 33), Leaf(ScalarType.Float32, 21, 33));
        AreEqual(
            () => LinearProduct.Forward(x, w, null, false) + LinearProduct.Forward(x * 2, w, null, false) + LinearProduct.Forward(x, w * 3, null, false),
            () => nn.functional.linear(x, w) + nn.functional.linear(x * 2, w) + nn.functional.linear(x, w * 3), 1e-5, x, w);
        var (table, ids) = (Leaf(ScalarType.Float32, 9, 37), tensor(new long[] { 3, 0, 3, 8, 2, 3, 0 }));
        AreEqual(() => EmbeddingRows.Forward(table, ids, 2) + EmbeddingRows.Forward(table, ids.flip(0), 2), () => Ops.Embedding(table, ids, 2) + Ops.Embedding(table, ids.flip(0), 2), 1e-6, table);
    }

    [Fact]
    public void Exponentials_are_right_to_two_units_in_the_last_place()
    {
        using var scope = NewDisposeScope();
        for (var x = -87f; x < 88f; x += 0.0137f)
            Assert.Equal(1, Lanes.Exp(System.Runtime.Intrinsics.Vector512.Create(x))[0] / Math.Exp(x), 3e-7);
        Assert.Equal(0, Lanes.Exp(System.Runtime.Intrinsics.Vector512.Create(-100f))[0]);
        Assert.True(float.IsNaN(Lanes.Exp(System.Runtime.Intrinsics.Vector512.Create(float.NaN))[0]));
    }

    [Fact]
    public void A_failure_in_a_backward_pass_is_thrown_afterwards()
    {
        using var scope = NewDisposeScope();
        var x = Leaf(ScalarType.Float32, 3);
        Tensor output;
        using (no_grad()) output = x * 2;
        var y = CustomGradient.Attach(output, [x], [], (_, _) => throw new InvalidDataException("no such luck"));
        Assert.Contains("no such luck", Assert.Throws<InvalidOperationException>(() => CustomGradient.Run(() => y.sum().backward())).Message, StringComparison.Ordinal);
        CustomGradient.ThrowIfFailed();
    }

    private static Tensor Alone(Tensor x, int start, int length) => x.narrow(0, start, length).transpose(0, 1).unsqueeze(0); // [1, N, n, H]

    private static double Largest(Tensor difference) => difference.abs().max().ToDouble();

    private Tensor Leaf(ScalarType type, params long[] shape) => (_draws.Normal(shape) * 0.7).to(type).requires_grad_();

    /// <summary>Values and gradients, relative to the largest element.</summary>
    private static void AreEqual(Func<Tensor> kernel, Func<Tensor> formula, double limit, params Tensor[] inputs)
    {
        var results = new[] { kernel, formula }.Select(f =>
        {
            foreach (var input in inputs) input.grad = null;
            var y = f();
            var pull = arange(y.numel()).remainder(7).sub(3).view(y.shape).to(y.dtype);
            y.backward([pull]);
            CustomGradient.ThrowIfFailed();
            return inputs.Select(i => i.grad!.clone()).Prepend(y.detach()).Select(t => t.to(ScalarType.Float64)).ToList();
        }).ToList();
        foreach (var (actual, expected) in results[0].Zip(results[1]))
            Assert.True((actual - expected).abs().max().ToDouble() <= limit * expected.abs().max().ToDouble(), $"{(actual - expected).abs().max().ToDouble()} of {expected.abs().max().ToDouble()}");
    }
}
