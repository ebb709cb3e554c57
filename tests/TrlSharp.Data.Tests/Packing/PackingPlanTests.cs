using CsCheck;
using TrlSharp.Packing;
using TrlSharp.Rows;
using TrlSharp.Tests;

namespace TrlSharp.Data.Tests.Packing;

public sealed class PackingPlanTests
{
    private static readonly Gen<(int[] Lengths, int Capacity)> Lists =
        from capacity in Gen.Int[1, 200]
        from lengths in Gen.Int[0, capacity].Array[0, 300]
        select (lengths, capacity);

    public static TheoryData<string> Strategies => ["bfd", "bfd_split", "wrapped"];

    [Theory]
    [MemberData(nameof(Strategies))]
    public void The_strategies_of_TRL_give_its_rows_exactly(string strategy)
    {
        var cases = 0;
        foreach (var row in RowSources.Open(SharedData.Path("conformance", "sft_data", "packing.jsonl")).Read())
        {
            if (row.Value.Find("strategy")!.Text != strategy) continue;
            var lengths = row.Value.Find("lengths")!.Items.Select(l => (int)l.Integer).ToArray();
            var plan = PackingPlan.Create(lengths, (int)row.Value.Find("max_length")!.Integer, strategy switch
            {
                "bfd" => PackingStrategy.Bfd,
                "bfd_split" => PackingStrategy.BfdSplit,
                _ => PackingStrategy.Wrapped,
            });
            var bins = RowValue.List([.. Rows(plan).Select(bin => RowValue.List([.. bin.Select(Piece)]))]);
            Assert.Equal(row.Value.Find("result")!.Find("bins")!.ToString(), bins.ToString());
            cases++;
        }

        Assert.True(cases > 20, $"{cases} cases");
    }

    [Fact]
    public void Best_fit_never_needs_more_rows_than_TRL_on_its_own_lists()
    {
        foreach (var row in RowSources.Open(SharedData.Path("conformance", "sft_data", "packing.jsonl")).Read().Where(r => r.Value.Find("strategy")!.Text == "bfd"))
        {
            var capacity = (int)row.Value.Find("max_length")!.Integer;
            var lengths = row.Value.Find("lengths")!.Items.Select(l => Math.Min((int)l.Integer, capacity)).ToArray();
            var count = PackingPlan.Create(lengths, capacity, PackingStrategy.BestFit).Count;
            Assert.True(count <= (int)row.Value.Find("result")!.Find("count")!.Integer);
            if (row.Value.Find("result")!.Find("count_without_chunks_of_1000") is { } whole) Assert.True(count <= (int)whole.Integer);
        }
    }

    [Fact]
    public void Best_fit_places_every_sequence_once_and_whole_in_rows_that_hold_it() => Lists.Sample(
        list =>
        {
            var plan = PackingPlan.Create(list.Lengths, list.Capacity, PackingStrategy.BestFit);
            var pieces = Rows(plan).SelectMany(r => r).ToList();
            Assert.Equal(Enumerable.Range(0, list.Lengths.Length).Where(i => list.Lengths[i] > 0), pieces.Select(p => p.Sequence).Order());
            Assert.All(pieces, p => Assert.Equal((0, list.Lengths[p.Sequence]), (p.Start, p.Length)));
            Assert.All(Rows(plan), row => Assert.InRange(row.Sum(p => p.Length), 1, list.Capacity));
            Assert.Equal(Rows(plan).Select(r => r[0].Sequence).Order(), Rows(plan).Select(r => r[0].Sequence));
            Assert.True(plan.Count <= PackingPlan.Create(list.Lengths, list.Capacity, PackingStrategy.Bfd).Count);
        },
        iter: 500);

    [Fact]
    public void Splitting_strategies_place_every_token_once_in_order() => Gen.Select(Gen.Int[1, 50], Gen.Int[0, 200].Array[0, 200], Gen.Bool).Sample(
        (capacity, lengths, wrapped) =>
        {
            var plan = PackingPlan.Create(lengths, capacity, wrapped ? PackingStrategy.Wrapped : PackingStrategy.BfdSplit);
            var seen = new int[lengths.Length];
            foreach (var piece in Rows(plan).SelectMany(r => r).OrderBy(p => p.Sequence).ThenBy(p => p.Start))
            {
                Assert.Equal(seen[piece.Sequence], piece.Start);
                seen[piece.Sequence] += piece.Length;
            }

            Assert.Equal(lengths, seen);
            Assert.All(Rows(plan), row => Assert.InRange(row.Sum(p => p.Length), 1, capacity));
        },
        iter: 300);

    [Fact]
    public void Chat_lengths_fill_rows_to_99_percent()
    {
        var random = new Random(7);
        var lengths = Enumerable.Range(0, 50_000).Select(_ => ChatLength(random, 4096)).ToArray();
        var plan = PackingPlan.Create(lengths, 4096, PackingStrategy.BestFit);
        Assert.Equal(lengths.Sum(l => (long)l), plan.Tokens);
        Assert.True(plan.Tokens >= 0.99 * plan.Count * 4096, $"{plan.Tokens / (plan.Count * 4096.0):P2}");
    }

    [Theory]
    [InlineData(new[] { 5 }, 4, PackingStrategy.BestFit)]
    [InlineData(new[] { -1 }, 4, PackingStrategy.Bfd)]
    [InlineData(new[] { 1 }, 0, PackingStrategy.Bfd)]
    public void Impossible_lengths_are_refused(int[] lengths, int capacity, PackingStrategy strategy) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PackingPlan.Create(lengths, capacity, strategy));

    internal static int ChatLength(Random random, int most) =>
        Math.Clamp((int)Math.Exp(5.6 + (1.0 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))), 8, most);

    private static IEnumerable<PackedPiece[]> Rows(PackingPlan plan) => Enumerable.Range(0, plan.Count).Select(r => plan.Row(r).ToArray());

    private static RowValue Piece(PackedPiece piece) =>
        RowValue.List(RowValue.Of((System.Numerics.BigInteger)piece.Sequence), RowValue.Of((System.Numerics.BigInteger)piece.Start), RowValue.Of((System.Numerics.BigInteger)piece.Length));
}
