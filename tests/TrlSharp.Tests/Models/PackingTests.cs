using TrlSharp.Batches;
using TrlSharp.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Models;

public sealed class PackingTests
{
    private readonly Draws _draws = new();
    public static TheoryData<string> Names => TinyModels.Names;

    private static Tensor Logits(CausalLM model, Tensor tokens, SequenceLayout layout) => model.Logits(model.HiddenStates(tokens, layout));

    [Theory]
    [MemberData(nameof(Names))]
    public void Packed_sequences_get_the_logits_that_they_get_alone(string name)
    {
        foreach (var (type, limit) in new[] { (ScalarType.Float32, 1e-5), (ScalarType.Float64, 1e-12) })
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            using var model = TinyModels.Create(name, type);
            var layout = SequenceLayout.FromLengths(7, 7, 1, 12, 3, 3, 3);
            var tokens = _draws.Tokens(layout.Length);
            var packed = Logits(model, tokens, layout);
            for (var s = 0; s < layout.Count; s++)
            {
                var (start, length) = (layout.Starts[s], layout.Starts[s + 1] - layout.Starts[s]);
                var alone = Logits(model, tokens.narrow(0, start, length), SequenceLayout.Single(length));
                var difference = (packed.narrow(0, start, length) - alone).abs().max().ToDouble();
                Assert.True(difference < limit, $"{type}, sequence {s}: {difference}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Changing_one_sequence_changes_no_other_by_a_single_bit(string name)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = TinyModels.Create(name);
        var layout = SequenceLayout.FromLengths(6, 9, 5);
        var tokens = _draws.Tokens(layout.Length);
        var changed = tokens.clone();
        changed.narrow(0, 6, 9).copy_((tokens.narrow(0, 6, 9) + 17) % 50);
        var (before, after) = (Logits(model, tokens, layout), Logits(model, changed, layout));
        foreach (var (start, length) in new[] { (0, 6), (15, 5) })
            Assert.Equal(0, (before.narrow(0, start, length) - after.narrow(0, start, length)).abs().max().item<float>());
        Assert.True((before.narrow(0, 6, 9) - after.narrow(0, 6, 9)).abs().max().item<float>() > 0.01);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_token_does_not_see_what_comes_after_it(string name)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = TinyModels.Create(name);
        var tokens = _draws.Tokens(11);
        var changed = tokens.clone();
        changed[10] = (tokens[10] + 1) % 50;
        var (before, after) = (Logits(model, tokens, SequenceLayout.Single(11)), Logits(model, changed, SequenceLayout.Single(11)));
        Assert.True((before.narrow(0, 0, 10) - after.narrow(0, 0, 10)).abs().max().item<float>() < 1e-6);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_agree_with_finite_differences(string name)
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Create(name, ScalarType.Float64);
        var layout = SequenceLayout.FromLengths(6, 4);
        var tokens = _draws.Tokens(layout.Length);
        var direction = _draws.Normal(10, 50).to(float64);
        Tensor Loss() => (Logits(model, tokens, layout) * direction).sum();
        Loss().backward();
        foreach (var (parameterName, parameter) in model.Parameters)
        {
            using var inner = NewDisposeScope();
            using var noGradient = no_grad();
            var step = _draws.NormalLike(parameter);
            step.div_(step.norm());
            var gradient = parameter.grad ?? zeros_like(parameter); // An expert that nobody chose has none.
            var expected = (gradient * step).sum().item<double>();
            const double Size = 1e-5;
            parameter.add_(step * Size);
            var up = Loss().item<double>();
            parameter.add_(step * (-2 * Size));
            var down = Loss().item<double>();
            parameter.add_(step * Size);
            var measured = (up - down) / (2 * Size);
            Assert.True(Math.Abs(measured - expected) < 1e-4 * (1 + Math.Abs(expected)), $"{parameterName}: {measured} measured, {expected} computed");
        }
    }

    [Fact]
    public void Live_tensors_stay_the_same_over_steps()
    {
        using var model = TinyModels.Create("llama");
        var counts = new List<long>();
        for (var i = 0; i < 12; i++)
        {
            using (var scope = NewDisposeScope())
            {
                var tokens = _draws.Tokens(9);
                Logits(model, tokens, SequenceLayout.FromLengths(4, 5)).logsumexp(-1).sum().backward();
            }

            counts.Add(TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }

        Assert.Single(counts.Skip(2).Distinct());
    }
}
