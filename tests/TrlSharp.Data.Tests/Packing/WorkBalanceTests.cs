using CsCheck;
using TrlSharp.Packing;
using TrlSharp.Sequences;

namespace TrlSharp.Data.Tests.Packing;

public sealed class WorkBalanceTests
{
    [Fact]
    public void Every_row_has_one_worker_and_none_is_far_above_the_mean() => Gen.Select(Gen.Int[1, 6], Gen.Int[1, 500].Array[1, 40].Array[1, 60]).Sample(
        (workers, lengths) =>
        {
            var rows = lengths.Select(row => new PackedRow([.. row.Select(Sequence)])).ToList();
            var lots = WorkBalance.Spread(rows, workers, hidden: 64);
            Assert.Equal(Enumerable.Range(0, rows.Count), lots.SelectMany(l => l).Order());
            var work = rows.Select(r => WorkBalance.Work(r, 64)).ToList();
            var heaviest = lots.Max(lot => lot.Sum(r => work[r]));
            // Longest processing time never exceeds the mean by more than the largest job.
            Assert.True(heaviest <= (work.Sum() / workers) + work.Max() + 1e-6);
        },
        iter: 200);

    [Fact]
    public void Attention_counts_within_sequences_only()
    {
        // 64 + 64²/16/6 = 106.67 for one sequence; 2·(32 + 32²/16/6) = 85.33 for two of half the length.
        Assert.Equal(64 + (4096 / 96.0), WorkBalance.Work(new([Sequence(64)]), 16), 10);
        Assert.Equal(64 + (2048 / 96.0), WorkBalance.Work(new([Sequence(32), Sequence(32)]), 16), 10);
    }

    private static TokenSequence Sequence(int length) => new() { Tokens = new int[length], Weights = new float[length], Origin = new("s.jsonl", 1) };
}
