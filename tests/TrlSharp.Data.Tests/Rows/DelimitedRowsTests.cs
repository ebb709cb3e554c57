using CsCheck;
using TrlSharp.Rows;

namespace TrlSharp.Data.Tests.Rows;

public sealed class DelimitedRowsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-csv-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Quotes_line_breaks_and_empty_fields_are_read_as_the_standard_says()
    {
        var rows = Read("\uFEFFa,b,c\r\n1,\"x, \"\"y\"\"\nz\",\r\n\r\n5\" pipe,\"\",ü\r\n");
        Assert.Equal(["""{"a":"1","b":"x, \"y\"\nz","c":null}""", """{"a":"5\" pipe","b":"","c":"ü"}"""], rows.Select(r => r.Value.ToString()));
        Assert.Equal([2, 5], rows.Select(r => r.Origin.Line));
    }

    [Fact]
    public void Any_table_comes_back_whatever_the_buffer_size()
    {
        var cell = Gen.Frequency((3, Gen.String[Gen.Char["ab,\"\n\r ü"], 0, 6].Select(s => (string?)s)), (1, Gen.Const((string?)null)));
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 30], cell.Array[0, 40]).Sample(
            (columns, block, cells) =>
            {
                var table = cells.Chunk(columns).Where(r => r.Length == columns && !(columns == 1 && r[0] is null)).ToList();
                var header = Enumerable.Range(0, columns).Select(c => $"c{c}").ToList();
                var text = string.Concat(table.Prepend([.. header]).Select(r => string.Join(',', r.Select(c => c is null ? "" : $"\"{c.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")) + "\n"));
                var path = Path.Combine(_folder, "t.csv");
                File.WriteAllText(path, text);
                var read = new DelimitedRows(path, path, ',', block).Read().Select(r => r.Value.Fields.Select(f => f.Value.IsNull ? null : f.Value.Text).ToArray());
                Assert.Equal(table, read);
            },
            iter: 200,
            threads: 1);
    }

    [Theory]
    [InlineData("a,b\n1\n", "t.csv:2: the line has 1 fields, the header 2")]
    [InlineData("a,b\n1,\"2\n", "t.csv:2: a quote opens a field and never closes")]
    [InlineData("a,b\n1,\"2\"3\n", "t.csv:2: field 2 goes on after its closing quote")]
    [InlineData("a,a\n1,2\n", "the column \"a\" occurs twice")]
    public void A_broken_line_is_refused_by_name(string text, string part) =>
        Assert.Contains(part, Assert.Throws<DataException>(() => Read(text)).Message, StringComparison.Ordinal);

    private List<Row> Read(string text)
    {
        var path = Path.Combine(_folder, "t.csv");
        File.WriteAllText(path, text);
        return [.. RowSources.Open(path).Read()];
    }
}
