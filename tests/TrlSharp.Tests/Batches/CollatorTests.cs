using TrlSharp.Batches;
using TrlSharp.Packing;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Batches;

public sealed class CollatorTests
{
    private static readonly PackedRow Row = new([Sequence([5, 6, 7], [0, 1, 0.5f]), Sequence([8, 9, 1, 2, 3], [0, 0, 1, 0, 1])]);

    [Fact]
    public void Targets_are_shifted_within_each_sequence_and_never_cross_its_end()
    {
        using var scope = NewDisposeScope();
        var batch = new Collator(10, LossNormalization.Token).Collate(Row, new([Sequence([4], [0])]));
        Assert.Equal([5, 6, 7, 8, 9, 1, 2, 3, 4], batch.Tokens.data<long>().ToArray());
        Assert.Equal([0, 3, 8, 9], batch.Layout.Starts);
        Assert.Equal([0, 1, 4, 6], batch.Trained.data<long>().ToArray());
        Assert.Equal([6, 7, 1, 3], batch.Targets.data<long>().ToArray());
        Assert.Equal([1f, 0.5f, 1f, 1f], batch.Weights.data<float>().ToArray());
        Assert.Equal(3.5, batch.Divisor);
    }

    [Theory]
    // Σ weights; tokens; examples, each scaled to 1; runs of trained tokens, each scaled to 1 (the second sequence has two).
    [InlineData("token", 3.5, new[] { 1f, 0.5f, 1f, 1f })]
    [InlineData("count", 4, new[] { 1f, 0.5f, 1f, 1f })]
    [InlineData("example", 2, new[] { 2 / 3f, 1 / 3f, 0.5f, 0.5f })]
    [InlineData("turn", 3, new[] { 2 / 3f, 1 / 3f, 1f, 1f })]
    [InlineData("fixed:100", 3.5, new[] { 1f, 0.5f, 1f, 1f })]
    public void Normalizations_scale_weights_and_count_divisors(string name, double divisor, float[] weights)
    {
        using var scope = NewDisposeScope();
        var batch = new Collator(10, LossNormalization.Parse(name)).Collate(Row);
        Assert.Equal(divisor, batch.Divisor);
        Assert.Equal(weights, batch.Weights.data<float>().ToArray());
    }

    [Theory]
    [InlineData(new int[0], new float[0], "has no tokens")]
    [InlineData(new[] { 1, 2 }, new[] { 0f }, "2 tokens and 1 weights")]
    [InlineData(new[] { 1, 2 }, new[] { 1f, 1f }, "first token")]
    [InlineData(new[] { 1, 10 }, new[] { 0f, 1f }, "the id 10 at position 1")]
    [InlineData(new[] { 1, -1 }, new[] { 0f, 1f }, "the id -1")]
    [InlineData(new[] { 1, 2 }, new[] { 0f, float.NaN }, "the weight NaN")]
    [InlineData(new[] { 1, 2 }, new[] { 0f, -1f }, "the weight -1")]
    public void A_broken_sequence_is_refused_with_its_row(int[] tokens, float[] weights, string expected)
    {
        var fault = Assert.Throws<DataException>(() => new Collator(10, LossNormalization.Token).Collate(new PackedRow([Sequence(tokens, weights)])));
        Assert.StartsWith("rows.jsonl:3: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    private static TokenSequence Sequence(int[] tokens, float[] weights) => new() { Tokens = tokens, Weights = weights, Origin = new RowOrigin("rows.jsonl", 3) };
}
