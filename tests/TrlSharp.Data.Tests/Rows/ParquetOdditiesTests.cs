using Parquet;
using Parquet.Schema;
using TrlSharp.Rows;
using TrlSharp.Tests;

namespace TrlSharp.Data.Tests.Rows;

/// <summary>Files of two other writers (Fixtures/README.md) with all that writers do differently, against what a third reader says is in them.</summary>
public sealed class ParquetOdditiesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-oddities-").FullName;

    public static TheoryData<string> Files => ["duckdb_1", "duckdb_2", "arrow_1", "arrow_2", "arrow_delta"];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_writer_says_the_same(string file) => Assert.Equal(
        RowSources.Open(Fixture("oddities.jsonl")).Read().Select(r => r.Value.ToString()),
        RowSources.Open(Fixture($"oddities_{file}.parquet")).Read().Select(r => r.Value.ToString()));

    [Fact]
    public void A_file_without_rows_has_none() => Assert.Empty(RowSources.Open(Fixture("oddities_none.parquet")).Read());

    [Fact]
    public void What_is_not_read_is_refused_by_name()
    {
        var message = Assert.Throws<DataException>(() => RowSources.Open(Fixture("oddities_unread.parquet")).Read().Count()).Message;
        Assert.Contains("row group 0: the column wide has values of the type FIXED_LEN_BYTE_ARRAY in the encodings RLE, DELTA_BYTE_ARRAY, which are not read", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_groups_without_rows_are_passed()
    {
        var path = Path.Combine(_folder, "groups.parquet");
        DataField[] fields = [new DataField<string>("text"), new DataField<long>("n")];
        await using (var stream = File.Create(path))
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream, cancellationToken: TestContext.Current.CancellationToken))
            foreach (var count in new[] { 0, 2, 0, 0, 1, 0 })
            {
                using var group = writer.CreateRowGroup();
                await group.WriteAsync(fields[0], (IReadOnlyCollection<string?>)[.. Enumerable.Range(0, count).Select(i => $"t{i}")]);
                await group.WriteAsync<long>(fields[1], Enumerable.Range(0, count).Select(i => (long)i).ToArray(), cancellationToken: TestContext.Current.CancellationToken);
            }

        Assert.Equal(["""{"text":"t0","n":0}""", """{"text":"t1","n":1}""", """{"text":"t0","n":0}"""], RowSources.Open(path).Read().Select(r => r.Value.ToString()));
    }

    /// <summary>Every file, damaged in many places: its rows, fewer of them, or a refusal that names it; never another exception.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void Damage_is_refused(string file)
    {
        var bytes = File.ReadAllBytes(Fixture($"oddities_{file}.parquet"));
        var random = new SeededRandom(17);
        var path = Path.Combine(_folder, "damaged.parquet");
        for (var i = 0; i < 150; i++)
        {
            var damaged = bytes.ToArray();
            for (var k = 0; k <= i % 4; k++) damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, damaged);
            try
            {
                Assert.InRange(RowSources.Open(path).Read().Count(), 0, 60);
            }
            catch (DataException e)
            {
                Assert.Contains(path, e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Lz4_copies_that_reach_into_themselves_long_runs_and_damage()
    {
        // "abc", then 6 more bytes from 3 back, then a literal run of 15 + 2.
        byte[] packed = [0x32, (byte)'a', (byte)'b', (byte)'c', 3, 0, 0xF0, 2, .. "0123456789ABCDEFG"u8];
        var expected = "abcabcabc0123456789ABCDEFG"u8.ToArray();
        var target = new byte[expected.Length];
        Assert.True(Lz4Block.TryUnpack(packed, target));
        Assert.Equal(expected, target);
        Assert.True(Lz4Block.TryUnpackFrames([0, 0, 0, 26, 0, 0, 0, (byte)packed.Length, .. packed], target));
        Assert.False(Lz4Block.TryUnpack(packed, new byte[expected.Length - 1]));
        Assert.False(Lz4Block.TryUnpack(packed, new byte[expected.Length + 1]));
        for (var cut = 0; cut < packed.Length; cut++) Assert.False(Lz4Block.TryUnpack(packed.AsSpan(0, cut), target));
        packed[4] = 4;
        Assert.False(Lz4Block.TryUnpack(packed, target));
    }

    private static string Fixture(string name) => Path.Combine(SharedData.RepositoryRoot, "tests", "TrlSharp.Data.Tests", "Rows", "Fixtures", name);
}
