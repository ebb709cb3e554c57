using CsCheck;
using TrlSharp.Packing;
using TrlSharp.Sequences;

namespace TrlSharp.Data.Tests.Packing;

public sealed class SequencePackerTests
{
    [Fact]
    public void Whatever_the_window_every_sequence_leaves_once_with_its_tokens_and_weights() =>
        Gen.Select(Gen.Int[1, 60], Gen.Int[1, 40], Gen.Int[0, 60].Array[0, 150]).Sample(
            (rowLength, window, lengths) =>
            {
                var sequences = lengths.Select((length, i) => Sequence(i, Math.Min(length, rowLength))).ToList();
                var packer = new SequencePacker(new() { RowLength = rowLength, Window = window });
                var rows = packer.Pack(sequences).ToList();
                Assert.Equal(sequences.Where(s => s.Length > 0).OrderBy(s => s.Origin.Line), rows.SelectMany(r => r.Sequences).OrderBy(s => s.Origin.Line));
                Assert.All(rows, row => Assert.InRange(row.Length, 1, rowLength));
                Assert.Equal((packer.Totals.TokensIn, packer.Totals.WeightIn), (packer.Totals.TokensOut, packer.Totals.WeightOut));
                Assert.Equal(rows.Count, packer.Totals.Rows);
            },
            iter: 300);

    [Fact]
    public void A_bounded_window_still_fills_rows_to_99_percent()
    {
        var random = new Random(3);
        var packer = new SequencePacker(new() { RowLength = 2048, Window = 2000 });
        var rows = packer.Pack(Enumerable.Range(0, 40_000).Select(i => Sequence(i, PackingPlanTests.ChatLength(random, 2048)))).Count();
        Assert.Equal(rows, packer.Totals.Rows);
        Assert.True(packer.Totals.Fill(2048) >= 0.99, $"{packer.Totals.Fill(2048):P2}");
    }

    [Fact]
    public void Too_long_a_sequence_is_refused_by_name_and_cut_only_by_request()
    {
        var sequence = Sequence(6, 10);
        var e = Assert.Throws<DataException>(() => new SequencePacker(new() { RowLength = 4 }).Pack([sequence]).Count());
        Assert.StartsWith("s.jsonl:6: the example has 10 tokens, a packed row holds 4.", e.Message, StringComparison.Ordinal);

        var cut = new SequencePacker(new() { RowLength = 4, Strategy = PackingStrategy.Bfd });
        Assert.Equal([4], cut.Pack([sequence]).Select(r => r.Length));
        Assert.Equal((10L, 4L, 1L), (cut.Totals.TokensIn, cut.Totals.TokensOut, cut.Totals.Truncated));

        var split = new SequencePacker(new() { RowLength = 4, Strategy = PackingStrategy.BfdSplit });
        var pieces = split.Pack([sequence]).SelectMany(r => r.Sequences).ToList();
        Assert.Equal([4, 4, 2], pieces.Select(p => p.Length));
        Assert.All(pieces, p => Assert.Equal(0, p.Weights[0]));
        Assert.Equal((10L, 1L, 9.0, 7.0), (split.Totals.TokensOut, split.Totals.Split, split.Totals.WeightIn, split.Totals.WeightOut));
    }

    [Fact]
    public void Wrapped_rows_are_one_sequence_each()
    {
        var packer = new SequencePacker(new() { RowLength = 4, Strategy = PackingStrategy.Wrapped });
        var rows = packer.Pack([Sequence(1, 3), Sequence(2, 0), Sequence(3, 3)]).ToList();
        Assert.Equal([[100, 101, 102, 300], [301, 302]], rows.Select(r => Assert.Single(r.Sequences).Tokens));
    }

    [Fact]
    public void Impossible_options_are_refused_all_at_once()
    {
        var e = Assert.Throws<ConfigException>(() => new SequencePacker(new() { RowLength = 0, Window = 0 }));
        Assert.Contains("row length is 0", e.Message, StringComparison.Ordinal);
        Assert.Contains("window is 0", e.Message, StringComparison.Ordinal);
    }

    private static TokenSequence Sequence(int number, int length) => new()
    {
        Tokens = [.. Enumerable.Range(number * 100, length)],
        Weights = [.. Enumerable.Range(0, length).Select(i => i == 0 ? 0f : 1f)],
        Origin = new("s.jsonl", number),
    };
}
