using TrlSharp.Batches;
using TrlSharp.Models;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Models;

/// <summary>What must hold exactly, or to rounding, in every family, over the reference checkpoints.</summary>
public sealed class ReferenceModelTests
{
    private static readonly SequenceLayout Layout = SequenceLayout.FromLengths(11, 17, 1, 17, 6);

    public static TheoryData<string> Cases => ConfigKeyTests.Cases;

    private static CausalLM Load(string name, ScalarType type) => ModelFolder.Load(SharedData.Path("conformance", "models", name), new() { Dtype = type });

    private static Tensor Tokens() => tensor(Enumerable.Range(0, Layout.Length).Select(i => 1L + i * 37 % 90).ToArray()); // [T]

    private static Tensor Logits(CausalLM model, Tensor tokens, SequenceLayout layout) => model.Logits(model.HiddenStates(tokens, layout)); // [T, V]

    [Theory]
    [MemberData(nameof(Cases))]
    public void No_sequence_of_a_packed_row_sees_another(string name)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = Load(name, ScalarType.Float32);
        var (tokens, changed) = (Tokens(), Tokens());
        changed.narrow(0, 11, 17).copy_(91 - tokens.narrow(0, 11, 17));
        var (before, after) = (Logits(model, tokens, Layout), Logits(model, changed, Layout));
        Assert.Equal(0, (before.narrow(0, 0, 11) - after.narrow(0, 0, 11)).abs().max().item<float>());
        Assert.Equal(0, (before.narrow(0, 28, 24) - after.narrow(0, 28, 24)).abs().max().item<float>());
        Assert.True((before.narrow(0, 11, 17) - after.narrow(0, 11, 17)).abs().max().item<float>() > 0.01);
        for (var s = 0; s < Layout.Count; s++)
        {
            var (start, length) = (Layout.Starts[s], Layout.Starts[s + 1] - Layout.Starts[s]);
            var alone = Logits(model, tokens.narrow(0, start, length), SequenceLayout.Single(length));
            var largest = Math.Max(1, alone.abs().max().item<float>());
            Assert.True((before.narrow(0, start, length) - alone).abs().max().item<float>() < 1e-5 * largest, $"sequence {s}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Recomputation_gives_the_same_gradients(string name)
    {
        using var scope = NewDisposeScope();
        using var model = Load(name, ScalarType.Float64);
        Tensor[] Gradients(bool recompute)
        {
            model.RecomputeActivations = recompute;
            foreach (var (_, parameter) in model.Parameters) parameter.grad = null;
            Logits(model, Tokens(), Layout).logsumexp(-1).sum().backward();
            return [.. model.Parameters.Select(p => (p.Value.grad ?? zeros_like(p.Value)).clone())];
        }

        var (kept, again) = (Gradients(false), Gradients(true));
        for (var i = 0; i < kept.Length; i++)
        {
            // The same terms, of which autograd adds those of a residual branch in another order: equal to the rounding of float64.
            var largest = kept[i].abs().max().item<double>();
            Assert.True((kept[i] - again[i]).abs().max().item<double>() <= 1e-10 * largest + 1e-14, model.Parameters[i].Name);
        }
    }
}
