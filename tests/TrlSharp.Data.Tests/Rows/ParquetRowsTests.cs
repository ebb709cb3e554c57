using Parquet;
using Parquet.Schema;
using TrlSharp.Rows;
using TrlSharp.Tests;

namespace TrlSharp.Data.Tests.Rows;

public sealed class ParquetRowsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-parquet-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("nested_zstd.parquet", 2500)]
    [InlineData("nested_snappy.parquet", 60)]
    [InlineData("nested_gzip.parquet", 60)]
    [InlineData("nested_uncompressed.parquet", 60)]
    public void Nested_lists_structs_and_maps_are_what_another_program_says(string file, int count)
    {
        var rows = RowSources.Open(Fixture(file)).Read().ToList();
        var expected = RowSources.Open(Fixture("nested.jsonl.gz")).Read().Take(count).ToList();
        Assert.Equal(count, rows.Count);
        foreach (var (row, other) in rows.Zip(expected)) Assert.Equal(other.Value.ToString(), row.Value.ToString());
        Assert.Equal($"{Fixture(file)} row {count}", rows[^1].Origin.ToString());
    }

    [Fact]
    public void A_damaged_file_is_refused_by_name_wherever_the_damage_is()
    {
        var bytes = File.ReadAllBytes(Fixture("nested_snappy.parquet"));
        var random = new Random(11);
        var refused = 0;
        for (var i = 0; i < 200; i++)
        {
            var damaged = bytes.ToArray();
            if (i % 4 == 0) damaged = damaged[..random.Next(damaged.Length)];
            else for (var k = 0; k <= i % 5; k++) damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            var path = Path.Combine(_folder, $"{i}.parquet");
            File.WriteAllBytes(path, damaged);
            try
            {
                Assert.InRange(RowSources.Open(path).Read().Count(), 0, 60);
            }
            catch (DataException e)
            {
                Assert.Contains(path, e.Message, StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.InRange(refused, 60, 200);
    }

    [Fact]
    public async Task Flat_columns_of_another_writer_keep_their_types()
    {
        var path = Path.Combine(_folder, "flat.parquet");
        var fields = new DataField[] { new DataField<string>("text"), new DataField<int>("n"), new DataField<double?>("x"), new DataField<bool>("b") };
        await using (var stream = File.Create(path))
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream, cancellationToken: TestContext.Current.CancellationToken))
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAsync(fields[0], (IReadOnlyCollection<string?>)["a", "ü"]);
            await group.WriteAsync<int>(fields[1], new[] { 1, -2 }, cancellationToken: TestContext.Current.CancellationToken);
            await group.WriteAsync<double>(fields[2], new double?[] { null, 0.5 }, cancellationToken: TestContext.Current.CancellationToken);
            await group.WriteAsync<bool>(fields[3], new[] { true, false }, cancellationToken: TestContext.Current.CancellationToken);
        }

        Assert.Equal(
            ["""{"text":"a","n":1,"x":null,"b":true}""", """{"text":"ü","n":-2,"x":0.5,"b":false}"""],
            RowSources.Open(path).Read().Select(r => r.Value.ToString()));
    }

    private static string Fixture(string name) => Path.Combine(SharedData.RepositoryRoot, "tests", "TrlSharp.Data.Tests", "Rows", "Fixtures", name);
}
