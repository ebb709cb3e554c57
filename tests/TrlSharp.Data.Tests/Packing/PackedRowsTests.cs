using CsCheck;
using TrlSharp.Packing;
using TrlSharp.Sequences;

namespace TrlSharp.Data.Tests.Packing;

public sealed class PackedRowsTests
{
    private static readonly Gen<TokenSequence[]> Lists = Gen.Int[0, 40].Array[0, 120].Select(lengths => lengths.Select(Sequence).ToArray());

    [Fact]
    public void Rows_made_on_demand_are_those_of_the_packer_and_nothing_is_lost() => Gen.Select(Lists, Gen.Enum<PackingStrategy>()).Sample((list, strategy) =>
    {
        var options = new PackingOptions { RowLength = strategy == PackingStrategy.BestFit ? 40 : 24, Strategy = strategy };
        var packer = new SequencePacker(options);
        var streamed = packer.Pack(list).Select(Text).ToList();
        var rows = Rows(list, options);
        Assert.Equal(streamed, rows.Select(Text));
        Assert.Equal(rows.Lengths, rows.Select(r => r.Length));
        Assert.Equal(packer.Totals, rows.Measure());
        Assert.Equal(rows.Lengths, PackedRows.LengthsOf([.. rows]));
    });

    [Fact]
    public void Without_packing_each_sequence_is_a_row()
    {
        var list = new[] { 3, 0, 5 }.Select(Sequence).ToArray();
        var rows = Rows(list, null);
        Assert.Equal([3, 5], rows.Lengths);
        Assert.Equal([8L, 8L], new[] { rows.Measure().TokensIn, rows.Measure().TokensOut });
    }

    [Fact]
    public void Too_long_a_sequence_is_refused_by_name() =>
        Assert.Contains("data.jsonl:9: the example has 9 tokens", Assert.Throws<DataException>(() => Rows([Sequence(9)], new() { RowLength = 8 })).Message, StringComparison.Ordinal);

    private static PackedRows Rows(TokenSequence[] list, PackingOptions? options) => new(list, [.. list.Select(s => s.Length)], options);

    private static string Text(PackedRow row) => string.Join('|', row.Sequences.Select(s => $"{string.Join(',', s.Tokens)}:{string.Join(',', s.Weights)}"));

    private static TokenSequence Sequence(int length) => new()
    {
        Tokens = [.. Enumerable.Range(length * 100, length)],
        Weights = [.. Enumerable.Range(0, length).Select(i => i == 0 ? 0f : i % 3)],
        Origin = new("data.jsonl", length),
    };
}
