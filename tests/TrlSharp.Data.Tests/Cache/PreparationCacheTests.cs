using CsCheck;
using TrlSharp.Cache;
using TrlSharp.Sequences;

namespace TrlSharp.Data.Tests.Cache;

public sealed class PreparationCacheTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-cache-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_is_put_in_comes_out_the_same()
    {
        var weight = Gen.Frequency((5, Gen.Const(1f)), (5, Gen.Const(0f)), (1, Gen.Float[0, 4]));
        var number = 0;
        Gen.Select(Gen.Int[0, int.MaxValue].Array[0, 300], Gen.Int[1, 3]).SelectMany(t => weight.Array[t.Item1.Length].Select(w => (t.Item1, w, t.Item2))).Array[0, 40].Sample(
            items =>
            {
                var sequences = items.Select((t, i) => new TokenSequence { Tokens = t.Item1, Weights = t.w, Origin = new($"f{t.Item3}.jsonl", i + 1) { Unit = (TrlSharp.Rows.RowUnit)(i % 3) }, Part = i % 2 }).ToList();
                using var data = Cache.GetOrAdd($"k{Interlocked.Increment(ref number)}", () => sequences, () => "notes \u2028 ü");
                Assert.Equal("notes \u2028 ü", data.Notes);
                Assert.Equal(sequences.Sum(s => (long)s.Length), data.Tokens);
                Assert.Equal(sequences.Select(s => s.Length), data.Lengths());
                AssertSame(sequences, data);
                data.Verify();
            },
            iter: 60,
            threads: 1);
    }

    [Fact]
    public void Data_that_is_there_is_not_prepared_again_and_a_key_tells_inputs_apart()
    {
        using (Cache.GetOrAdd("k", () => Sequences(3), () => "")) { }
        using var again = Cache.GetOrAdd("k", () => throw new InvalidOperationException("prepared twice"), () => "");
        Assert.Equal(3, again.Count);
        Assert.NotEqual(Key("1", "ab", "c"), Key("1", "a", "bc"));
        Assert.NotEqual(Key("1", "ab"), Key("2", "ab"));
        Assert.Equal(Key("1", "ab", "c"), Key("1", "ab", "c"));
    }

    [Fact]
    public void Any_damage_is_noticed_and_mended_by_preparing_anew()
    {
        using (Cache.GetOrAdd("k", () => Sequences(50), () => "n")) { }
        var path = Path.Combine(_folder, "k.prepared");
        var whole = File.ReadAllBytes(path);
        var random = new SeededRandom(3);
        for (var i = 0; i < 200; i++)
        {
            var bytes = whole.ToArray();
            if (i % 3 == 0) bytes = bytes[..random.Next(bytes.Length)];
            else bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, bytes);
            try
            {
                using var data = Cache.GetOrAdd("k", () => Sequences(50), () => "n");
                AssertSame(Sequences(50), data);
            }
            catch (DataException e)
            {
                // A damaged block is only found when it is read: the file is gone then, and the next run is right.
                Assert.Contains("damaged on the disk", e.Message, StringComparison.Ordinal);
                using var mended = Cache.GetOrAdd("k", () => Sequences(50), () => "n");
                AssertSame(Sequences(50), mended);
            }
        }
    }

    [Fact]
    public void Several_writers_of_one_key_and_leftovers_of_dead_ones_do_no_harm()
    {
        File.WriteAllText(Path.Combine(_folder, "k.prepared.1-x.tmp"), "left over");
        Parallel.For(0, 8, _ =>
        {
            using var data = new PreparationCache(_folder).GetOrAdd("k", () => Sequences(200), () => "n");
            AssertSame(Sequences(200), data);
        });
        Assert.Equal(["k.prepared"], Directory.EnumerateFiles(_folder).Select(f => Path.GetFileName(f)));
    }

    [Fact]
    public void A_failed_preparation_leaves_nothing_behind()
    {
        Assert.Throws<DataException>(() => Cache.GetOrAdd("k", () => Sequences(5).Concat([.. Failing()]), () => ""));
        Assert.Empty(Directory.EnumerateFiles(_folder));
        static IEnumerable<TokenSequence> Failing() => throw new DataException("bad row");
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_refused_with_the_way_out()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        Assert.Contains("choose another folder", Assert.Throws<DiskException>(() => new PreparationCache(file).GetOrAdd("k", () => Sequences(1), () => "")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_used_longest_ago_goes_when_the_folder_is_full()
    {
        var clock = new SetClock(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        foreach (var key in new[] { "a", "b", "c" })
        {
            using (new PreparationCache(_folder, long.MaxValue, clock).GetOrAdd(key, () => Sequences(200), () => "")) { }
            clock.Now += TimeSpan.FromHours(2);
        }

        // "a" is found, so "b" is what nobody has used for longest.
        using var found = new PreparationCache(_folder, long.MaxValue, clock).GetOrAdd("a", () => throw new InvalidOperationException(), () => "");
        var size = new FileInfo(found.File).Length;
        clock.Now += TimeSpan.FromHours(2);
        var cache = new PreparationCache(_folder, (size * 3) + 10, clock);
        using (cache.GetOrAdd("d", () => Sequences(200), () => "")) { }
        Assert.Equal(["d", "a", "c"], cache.Files().Select(f => Path.GetFileNameWithoutExtension(f.Path)));

        // What is in use stays readable, and nothing that was used within the hour goes.
        clock.Now += TimeSpan.FromMinutes(10);
        using (new PreparationCache(_folder, 1, clock).GetOrAdd("e", () => Sequences(10), () => "")) { }
        Assert.Equal(["e", "d"], cache.Files().Select(f => Path.GetFileNameWithoutExtension(f.Path)));
        AssertSame(Sequences(200), found);
        clock.Now += TimeSpan.FromHours(2);
        Assert.Equal(2, cache.Clear().Count);
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void Sequences_that_are_not_kept_spill_to_a_file_without_a_name()
    {
        var few = UnkeptSequences.Collect(Sequences(20), mostTokens: 1000, _folder);
        AssertSame(Sequences(20), few);
        Assert.IsNotType<PreparedData>(few);
        using var many = Assert.IsType<PreparedData>(UnkeptSequences.Collect(Sequences(300), mostTokens: 1000, _folder));
        AssertSame(Sequences(300), many);
        if (!OperatingSystem.IsWindows()) Assert.Empty(Directory.EnumerateFiles(_folder));
        Assert.Throws<DataException>(() => UnkeptSequences.Collect(Sequences(300).Concat(Failing()), mostTokens: 1000, _folder));
        many.Dispose();
        Assert.Empty(Directory.EnumerateFiles(_folder));
        static IEnumerable<TokenSequence> Failing()
        {
            yield return Sequences(1).First();
            throw new DataException("bad row");
        }
    }

    private sealed class SetClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private PreparationCache Cache => new(_folder);

    private static void AssertSame(IEnumerable<TokenSequence> expected, IEnumerable<TokenSequence> actual)
    {
        foreach (var (a, b) in expected.Zip(actual, (a, b) => (a, b)))
        {
            Assert.Equal(a.Tokens, b.Tokens);
            Assert.Equal(a.Weights, b.Weights);
            Assert.Equal((a.Origin, a.Part), (b.Origin, b.Part));
        }

        Assert.Equal(expected.Count(), actual.Count());
    }

    private static IEnumerable<TokenSequence> Sequences(int count) => Enumerable.Range(1, count).Select(i => new TokenSequence
    {
        Tokens = [.. Enumerable.Range(i, i % 37)],
        Weights = [.. Enumerable.Range(0, i % 37).Select(k => k % 3 == 0 ? 0f : 1f)],
        Origin = new("a.jsonl", i),
    });

    private static string Key(string version, params string[] values)
    {
        using var key = new CacheKey(version);
        foreach (var value in values) key.Add("v", value);
        return key.Finish();
    }
}
