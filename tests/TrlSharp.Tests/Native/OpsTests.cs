using TorchSharp;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Native;

public sealed class OpsTests
{
    private readonly Draws _draws = new();
    private Tensor Random(params long[] shape) => _draws.Normal(shape).requires_grad_();

    private static double Difference(Tensor a, Tensor b) => (a - b).abs().max().to(float64).item<double>();

    private void HasEqualGradients(Func<Tensor> ours, Func<Tensor> composed, params Tensor[] inputs)
    {
        var (a, b) = (ours(), composed());
        Assert.True(Difference(a, b) < 1e-5);
        var seed = _draws.NormalLike(a);
        var first = autograd.grad([a], inputs, [seed]);
        var second = autograd.grad([b], inputs, [seed]);
        for (var i = 0; i < inputs.Length; i++) Assert.True(Difference(first[i], second[i]) < 1e-5, $"input {i}");
    }

    [Theory]
    [InlineData(true, false, null)]
    [InlineData(false, true, 0.3)]
    [InlineData(false, false, 0.125)]
    public void Attention_with_grouped_heads_equals_the_composed_formula(bool causal, bool masked, double? scale)
    {
        using var scope = NewDisposeScope();
        var (q, k, v) = (Random(2, 4, 5, 8), Random(2, 2, 5, 8), Random(2, 2, 5, 8));
        var mask = masked ? _draws.Normal(5, 5) : null;
        HasEqualGradients(
            () => Ops.ScaledDotProductAttention(q, k, v, mask, causal, scale),
            () =>
            {
                var scores = q.matmul(k.repeat_interleave(2, 1).transpose(-2, -1)) * (scale ?? 1 / Math.Sqrt(8));
                if (mask is not null) scores = scores + mask;
                if (causal) scores = scores.masked_fill(ones(5, 5, dtype: ScalarType.Bool).triu(1), float.NegativeInfinity);
                return scores.softmax(-1).matmul(v.repeat_interleave(2, 1));
            },
            q, k, v);
    }

    [Fact]
    public void Rms_norm_equals_the_composed_formula()
    {
        using var scope = NewDisposeScope();
        var (x, w) = (Random(3, 8), Random(8));
        HasEqualGradients(() => Ops.RmsNorm(x, w, 1e-3), () => x * rsqrt(x.pow(2).mean([-1], true) + 1e-3) * w, x, w);
    }

    [Fact]
    public void Embedding_equals_index_select_and_gives_the_padding_row_no_gradient()
    {
        using var scope = NewDisposeScope();
        var weight = Random(6, 4);
        var ids = tensor(new long[] { 1, 5, 1, 0 });
        HasEqualGradients(() => Ops.Embedding(weight, ids), () => weight.index_select(0, ids), weight);
        var gradient = autograd.grad([Ops.Embedding(weight, ids, paddingIndex: 1).sum()], [weight])[0];
        Assert.Equal([1f, 0f, 0f, 0f, 0f, 1f], gradient.mean([1]).data<float>().ToArray());
    }

    [Fact]
    public void A_view_with_another_element_type_shares_the_memory()
    {
        using var scope = NewDisposeScope();
        var bytes = zeros(8, dtype: uint8);
        var halves = Ops.ViewAs(bytes, ScalarType.BFloat16);
        halves.fill_(1);
        Assert.Equal([0x80, 0x3f, 0x80, 0x3f, 0x80, 0x3f, 0x80, 0x3f], bytes.data<byte>().ToArray());
    }

    [Fact]
    public void Fused_AdamW_equals_the_optimizer_of_TorchSharp()
    {
        using var scope = NewDisposeScope();
        Tensor[] start = [_draws.Normal(7), _draws.Normal(3, 5)];
        var reference = start.Select(t => nn.Parameter(t.clone())).ToArray();
        var ours = start.Select(t => t.clone()).ToArray();
        var (m, v) = (ours.Select(t => zeros_like(t)).ToArray(), ours.Select(t => zeros_like(t)).ToArray());
        using var optimizer = optim.AdamW(reference, lr: 0.1, weight_decay: 0.05);
        for (var step = 1; step <= 3; step++)
        {
            Tensor[] gradients = [_draws.Normal(7), _draws.Normal(3, 5)];
            for (var i = 0; i < 2; i++) reference[i].grad = gradients[i].clone();
            optimizer.step();
            Tensor[] steps = [tensor((float)step), tensor((float)step)];
            Ops.FusedAdamW(ours, gradients, m, v, steps, 0.1, 0.9, 0.999, 0.05, 1e-8);
        }

        for (var i = 0; i < 2; i++) Assert.True(Difference(ours[i], reference[i]) < 1e-5);
    }

    [Fact]
    public void Lists_of_tensors_are_scaled()
    {
        using var scope = NewDisposeScope();
        Tensor[] values = [tensor(new[] { 1f, 2f }), tensor(new[] { 3f })];
        Ops.ForeachMultiply(values, tensor(2f));
        Assert.Equal([2f, 4f], values[0].data<float>().ToArray());
        Assert.Equal([6f], values[1].data<float>().ToArray());
    }

    [Fact]
    public void A_failed_operator_is_named()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<NativeLibraryException>(() => Ops.RmsNorm(_draws.Normal(2, 3), _draws.Normal(4), 1e-6));
        Assert.Contains("aten::rms_norm", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Calls_leave_no_tensor_behind()
    {
        using var scope = NewDisposeScope();
        var (x, w) = (_draws.Normal(4, 8), _draws.Normal(8));
        void Step()
        {
            using var inner = NewDisposeScope();
            Ops.ScaledDotProductAttention(x.view(1, 1, 4, 8), x.view(1, 1, 4, 8), x.view(1, 1, 4, 8), causal: true);
            Ops.RmsNorm(x, w, 1e-6);
            Ops.ForeachMultiply([x, w], tensor(1f));
        }

        Step();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 10; i++) Step();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
