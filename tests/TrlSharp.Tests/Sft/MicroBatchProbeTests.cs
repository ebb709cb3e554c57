using TrlSharp.Packing;
using TrlSharp.Sft;
using TrlSharp.Tests.Training;
using TrlSharp.Tests.Training.Checkpoints;
using TrlSharp.Training;
using TrlSharp.Training.Checkpoints;

namespace TrlSharp.Tests.Sft;

public sealed class MicroBatchProbeTests : CheckpointedRuns
{
    [Theory]
    [InlineData(1_000, 100_000)] // The slope is as estimated.
    [InlineData(3_000, 100_000)] // Three times as steep.
    [InlineData(200, 100_000)] // Flatter.
    [InlineData(1_000, 1_000)] // Everything that is wanted fits.
    public void A_search_finds_what_fits_and_never_tries_much_more(long slope, long largest)
    {
        const long Fixed = 500_000;
        const long Allowed = 20_000_000;
        var tried = new List<long>();
        var found = MicroBatchProbe.Search(500, largest, perToken: 1_000, Allowed, PeakOf);
        var best = Math.Min(largest, (Allowed - Fixed) / slope);
        Assert.InRange(found, (long)(0.85 * best), best);
        Assert.All(tried, size => Assert.True(Fixed + slope * size <= 1.01 * Allowed));
        Assert.True(tried.Count <= 12);

        long PeakOf(long size)
        {
            tried.Add(size);
            return Fixed + slope * size;
        }
    }

    [Fact]
    public void A_search_that_finds_even_the_smallest_too_large_stays_there_and_one_that_meets_a_wall_steps_back()
    {
        Assert.Equal(500, MicroBatchProbe.Search(500, 10_000, perToken: 1, allowed: 10, size => 100 * size));
        Assert.Equal(2_000, MicroBatchProbe.Search(500, 10_000, perToken: 1, allowed: 1_000_000, size => size > 3_000 ? 2_000_000 : size));
    }

    [Fact]
    public void A_run_with_a_probe_is_the_run_with_the_number_it_found_and_resumes_with_it()
    {
        var probing = With(o => o with { TokensPerStep = 40, MicroBatchProbe = true });
        var notices = new List<string>();
        SftTrainer.Train(new TinyModel(), TinyModel.Rows(20), probing, Held, new Notices(notices), Stopping);
        Assert.Contains(notices, n => n.StartsWith("micro-batches have at most 40 tokens: with 40 a pass held", StringComparison.Ordinal)); // A tiny model: all of an update fits.
        Assert.Contains("\"MicroBatchTokens\": 40", File.ReadAllText(Path.Combine(Output, CheckpointFolder.NameOf(3), RunFile.Name)), StringComparison.Ordinal);

        Directory.Delete(Output, recursive: true);
        var whole = Run(new TinyModel(), With(o => o with { TokensPerStep = 40, MicroBatchTokens = 40 }));
        Directory.Delete(Output, recursive: true);
        Assert.Equal(whole.Bytes, Run(new TinyModel(), probing).Bytes);

        Directory.Delete(Output, recursive: true);
        Stop(new TinyModel(), probing, 5);
        notices.Clear();
        var model = new TinyModel();
        SftTrainer.Train(model, TinyModel.Rows(20), Resume(probing), Held, new Notices(notices), Stopping);
        Assert.DoesNotContain(notices, n => n.Contains("micro-batches have", StringComparison.Ordinal));
        Assert.Equal(whole.Bytes, Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(model.Bytes())));
    }

    [Fact]
    public void A_longer_row_than_an_update_is_probed_as_it_stands()
    {
        IReadOnlyList<PackedRow> rows = [.. TinyModel.Rows(20).Chunk(10).Select(c => new PackedRow([.. c.SelectMany(r => r.Sequences)]))];
        var longest = rows.Max(r => r.Length);
        var notices = new List<string>();
        SftTrainer.Train(new TinyModel(), rows, With(o => o with { TokensPerStep = 5, MicroBatchProbe = true, OutputFolder = null, SaveStrategy = IntervalStrategy.No }), Held, new Notices(notices), Stopping);
        Assert.Contains(notices, n => n.StartsWith(FormattableString.Invariant($"micro-batches have at most {longest:N0} tokens"), StringComparison.Ordinal));
    }

    [Fact]
    public void A_probe_needs_updates_counted_in_tokens()
    {
        var fault = Assert.Throws<ConfigException>(() => SftTrainer.Train(new TinyModel(), TinyModel.Rows(20), With(o => o with { MicroBatchProbe = true }), stop: Stopping));
        Assert.Contains("set tokens_per_step, and leave micro_batch_tokens out", fault.Message, StringComparison.Ordinal);
    }
}
