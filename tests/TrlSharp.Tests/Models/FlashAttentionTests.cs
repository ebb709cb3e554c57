using TorchSharp;
using TrlSharp.Batches;
using TrlSharp.Models.Attention;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Models;

/// <summary>
/// Our attention against the formula in float64, with autograd's gradients: lengths around the borders of its blocks (6 queries multiplied together, 16 lanes, 48 queries, 64 keys of a
/// panel, 384 keys of a block), head sizes that fill no vector, grouped heads, windows, both element types.
/// </summary>
public class FlashAttentionTests
{
    private readonly Draws _draws = new();
    private static readonly int[] Lengths = [1, 5, 6, 7, 16, 47, 48, 49, 63, 64, 65, 97, 383, 384, 385, 430, 800];

    private static readonly int Trees = Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1" ? 3_000 : 40;

    [Theory]
    [InlineData(ScalarType.Float32, 2, 2, 64, 64, null)]
    [InlineData(ScalarType.Float32, 4, 2, 16, 16, null)]
    [InlineData(ScalarType.Float32, 4, 1, 10, 23, null)]
    [InlineData(ScalarType.Float32, 2, 1, 24, 80, 1)]
    [InlineData(ScalarType.Float32, 2, 2, 16, 16, 50)]
    [InlineData(ScalarType.Float32, 2, 2, 16, 16, 384)]
    [InlineData(ScalarType.BFloat16, 4, 2, 24, 24, null)]
    [InlineData(ScalarType.BFloat16, 2, 2, 9, 64, 70)]
    public void Is_the_formula(ScalarType type, int heads, int keyHeads, int size, int valueSize, int? window)
    {
        using var scope = NewDisposeScope();
        var (layout, q, k, v) = Inputs(type, Lengths, heads, keyHeads, size, valueSize);
        Compare(layout, q, k, v, window);
    }

    /// <summary>Sequences that continue others, with trunks and branches around the borders of blocks; an empty trunk and an empty branch too.</summary>
    [Theory]
    [InlineData(ScalarType.Float32, 4, 2, 16, 16, null)]
    [InlineData(ScalarType.Float32, 2, 2, 24, 80, null)]
    [InlineData(ScalarType.Float32, 2, 1, 16, 16, 50)]
    [InlineData(ScalarType.BFloat16, 4, 2, 24, 24, null)]
    [InlineData(ScalarType.BFloat16, 2, 2, 16, 16, 70)]
    public void Continued_sequences_are_the_formula(ScalarType type, int heads, int keyHeads, int size, int valueSize, int? window)
    {
        using var scope = NewDisposeScope();
        var (layout, q, k, v) = Inputs(type, [47, 1, 49, 340, 6, 97, 0, 5, 384, 385, 64, 0, 30], heads, keyHeads, size, valueSize);
        Compare(layout with { Parents = [-1, 0, 0, 0, 3, 3, -1, 6, -1, 8, 8, 8, -1] }, q, k, v, window);
    }

    private void Compare(SequenceLayout layout, Tensor q, Tensor k, Tensor v, int? window)
    {
        var y = FlashAttention.Attend(q, k, v, layout, 0.3, window);
        var pull = _draws.Normal(y.shape).to(q.dtype);
        y.backward([pull]);
        CustomGradient.ThrowIfFailed();
        var actual = Copies(y, q, k, v);
        var expected = Formula(q, k, v, layout, pull, window);
        var limit = q.dtype == ScalarType.Float32 ? 3e-6 : 1e-2;
        for (var i = 0; i < actual.Length; i++) AreClose(expected[i], actual[i], limit, $"of result {i}");
    }

    [Fact]
    public void Random_trees_are_the_formula()
    {
        var random = new SeededRandom(8);
        for (var round = 0; round < Trees; round++)
        {
            using var scope = NewDisposeScope();
            int[] lengths = [.. Enumerable.Range(0, 1 + random.Next(8)).Select(_ => random.Next(9) == 0 ? 370 + random.Next(40) : 1 + random.Next(110))];
            var (layout, q, k, v) = Inputs(ScalarType.Float32, lengths, 2, 1 + random.Next(2), 8, 8);
            layout = layout with { Parents = [.. Enumerable.Range(0, layout.Count).Select(s => random.Next(s + 1) - 1)] };
            int? window = random.Next(2) == 0 ? null : 1 + random.Next(150);
            var y = PackedAttention.Attend(q, k, v, new(0.3, window), new(layout, ScalarType.Float32, CPU), 0);
            var pull = _draws.Normal(y.shape);
            y.backward([pull]);
            CustomGradient.ThrowIfFailed();
            foreach (var (expected, actual) in Formula(q, k, v, layout, pull, window).Zip(Copies(y, q, k, v))) AreClose(expected, actual, 3e-6, $"in round {round}");
        }
    }

    /// <summary>A query finds the same weights behind a shared beginning as behind its own: not a bit of difference.</summary>
    [Fact]
    public void A_continued_sequence_comes_out_as_if_it_stood_whole()
    {
        using var scope = NewDisposeScope();
        var (layout, q, k, v) = Inputs(ScalarType.Float32, [401, 30, 77], 4, 2, 16, 16);
        var shared = FlashAttention.Attend(q, k, v, layout with { Parents = [-1, 0, 0] }, 0.3, null);
        foreach (var (start, length) in new[] { (401, 30), (431, 77) })
        {
            Tensor Whole(Tensor x) => cat([x.narrow(0, 0, 401), x.narrow(0, start, length)], 0).detach();
            var whole = FlashAttention.Attend(Whole(q), Whole(k), Whole(v), SequenceLayout.Single(401 + length), 0.3, null);
            Assert.True(whole.narrow(0, 401, length).equal(shared.narrow(0, start, length)).all().item<bool>());
        }
    }

    /// <summary>Which sequences are beside it, how many threads there are and where the heads lie in memory: not a bit of difference.</summary>
    [Fact]
    public void Nothing_beside_a_sequence_changes_it()
    {
        using var scope = NewDisposeScope();
        var (layout, q, k, v) = Inputs(ScalarType.Float32, Lengths, 4, 2, 16, 16);
        var pull = _draws.Normal(layout.Length, 64);
        var threads = get_num_threads();
        try
        {
            set_num_threads(1);
            var single = Run(q, k, v, layout, pull);
            set_num_threads(3);
            foreach (var (a, b) in single.Zip(Run(q, k, v, layout, pull))) Assert.True(a.equal(b).all().item<bool>());
            foreach (var s in new[] { 0, 4, 9, 13, 16 })
            {
                var (start, length) = (layout.Starts[s], Lengths[s]);
                Tensor Alone(Tensor x) => x.narrow(0, start, length).detach().transpose(0, 1).contiguous().transpose(0, 1).requires_grad_();
                var alone = Run(Alone(q), Alone(k), Alone(v), SequenceLayout.FromLengths([length]), pull.narrow(0, start, length));
                foreach (var (a, b) in single.Zip(alone)) Assert.True(a.narrow(0, start, length).equal(b).all().item<bool>());
            }
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    /// <summary>Long sequences by our kernel and short ones by libtorch's, each from its place.</summary>
    [Fact]
    public void Sequences_of_all_lengths_share_a_pass()
    {
        using var scope = NewDisposeScope();
        int[] lengths = [3, FlashAttention.ShortestInFloat32, 70, 300, FlashAttention.ShortestInFloat32 - 1];
        var (layout, q, k, v) = Inputs(ScalarType.Float32, lengths, 4, 2, 16, 16);
        var y = PackedAttention.Attend(q, k, v, new(0.3), new(layout, ScalarType.Float32, CPU), 0);
        var pull = _draws.Normal(y.shape);
        y.backward([pull]);
        CustomGradient.ThrowIfFailed();
        foreach (var (expected, actual) in Formula(q, k, v, layout, pull, null).Zip(Copies(y, q, k, v))) AreClose(expected, actual, 3e-6, "of a result");
    }

    /// <summary>A query that sees one key has nothing to choose: its gradient is 0, and not the rounding of two equal sums, of which AdamW would make a whole step.</summary>
    [Fact]
    public void A_query_with_one_key_pulls_at_nothing()
    {
        using var scope = NewDisposeScope();
        var (layout, q, k, v) = Inputs(ScalarType.Float32, [1, 40, 500], 4, 2, 24, 24);
        FlashAttention.Attend(q, k, v, layout, 0.3, window: 1).backward([_draws.Normal(layout.Length, 4 * 24)]);
        CustomGradient.ThrowIfFailed();
        Assert.Equal(0, q.grad!.abs().max().ToDouble());
        Assert.Equal(0, k.grad!.abs().max().ToDouble());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public void The_gradient_is_the_difference_quotient(int? window)
    {
        using var scope = NewDisposeScope();
        var (layout, q, k, v) = Inputs(ScalarType.Float32, [9, 2], 2, 1, 4, 4);
        var pull = _draws.Normal(11, 8);
        double Value() => (FlashAttention.Attend(q.detach(), k.detach(), v.detach(), layout, 0.5, window) * pull).sum().ToDouble();
        FlashAttention.Attend(q, k, v, layout, 0.5, window).backward([pull]);
        CustomGradient.ThrowIfFailed();
        const float Step = 1e-2f;
        foreach (var input in new[] { q, k, v })
        {
            var (values, gradient) = (input.detach().view(-1), input.grad!.reshape(-1));
            for (var i = 0; i < values.size(0); i += 3)
            {
                var before = values[i].ToSingle();
                values[i] = before + Step;
                var above = Value();
                values[i] = before - Step;
                var below = Value();
                values[i] = before;
                Assert.Equal(gradient[i].ToDouble(), (above - below) / (2 * Step), 2e-3);
            }
        }
    }

    private (SequenceLayout Layout, Tensor Query, Tensor Key, Tensor Value) Inputs(ScalarType type, int[] lengths, int heads, int keyHeads, int size, int valueSize)
    {
        var layout = SequenceLayout.FromLengths(lengths);
        Tensor Leaf(int count, int width) => _draws.Normal(layout.Length, count, width).to(type).requires_grad_();
        return (layout, Leaf(heads, size), Leaf(keyHeads, size), Leaf(keyHeads, valueSize));
    }

    private static Tensor[] Run(Tensor q, Tensor k, Tensor v, SequenceLayout layout, Tensor pull)
    {
        foreach (var input in new[] { q, k, v }) input.grad = null;
        var y = FlashAttention.Attend(q, k, v, layout, 0.3, null);
        y.backward([pull]);
        CustomGradient.ThrowIfFailed();
        return Copies(y, q, k, v);
    }

    private static Tensor[] Copies(Tensor y, params Tensor[] inputs) => [y.detach().clone(), .. inputs.Select(i => i.grad!.clone())];

    private static Tensor[] Formula(Tensor query, Tensor key, Tensor value, SequenceLayout layout, Tensor pull, int? window)
    {
        Tensor Exact(Tensor x) => x.detach().to(ScalarType.Float64).requires_grad_();
        var (q, k, v) = (Exact(query), Exact(key), Exact(value));
        var group = q.size(1) / k.size(1);
        var parts = new List<Tensor>();
        for (var s = 0; s < layout.Count; s++)
        {
            var (past, n) = (layout.PastOf(s), layout.LengthOf(s));
            Tensor Heads(Tensor x) => x.transpose(0, 1).repeat_interleave(x.size(1) == q.size(1) ? 1 : group, 0); // [N, n, H]
            Tensor Path(Tensor x) => Heads(cat([.. layout.PathOf(s).Select(p => x.narrow(0, layout.Starts[p], layout.LengthOf(p)))], 0)); // [N, m, H]
            var scores = Heads(q.narrow(0, layout.Starts[s], n)).matmul(Path(k).transpose(1, 2)) * 0.3; // [N, n, m]
            var seen = ones(n, past + n, dtype: ScalarType.Bool).tril(past);
            if (window is { } w) seen = seen.logical_and(ones(n, past + n, dtype: ScalarType.Bool).triu(past + 1 - w));
            parts.Add(scores.masked_fill(seen.logical_not(), double.NegativeInfinity).softmax(-1).matmul(Path(v)).transpose(0, 1).flatten(1));
        }

        var y = cat(parts, 0);
        y.backward([pull.to(ScalarType.Float64)]);
        return Copies(y, q, k, v);
    }

    private static void AreClose(Tensor expected, Tensor actual, double limit, string what)
    {
        var (error, size) = ((expected - actual.to(ScalarType.Float64)).abs().max().ToDouble(), expected.abs().max().ToDouble());
        Assert.True(error <= limit * Math.Max(size, 4), $"{error} {what}, which reaches {size}");
    }
}
