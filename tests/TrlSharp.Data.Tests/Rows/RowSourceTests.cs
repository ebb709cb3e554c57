using System.IO.Compression;
using System.Text;
using CsCheck;
using TrlSharp.Rows;
using ZstdSharp;

namespace TrlSharp.Data.Tests.Rows;

public sealed class RowSourceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-rows-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Json_lines_tolerate_byte_order_mark_blank_lines_crlf_and_line_separators_inside_strings()
    {
        var path = Write("a.jsonl", "\uFEFF{\"t\":\"x\u2028y\u0085\"}\r\n\r\n   \n{\"t\":2}\n{\"t\":3}");
        var rows = RowSources.Open(path).Read().ToList();
        Assert.Equal(["x\u2028y\u0085"], rows.Take(1).Select(r => r.Value.Find("t")!.Text));
        Assert.Equal([1, 4, 5], rows.Select(r => r.Origin.Line));
        Assert.Equal($"{path}:4", rows[1].Origin.ToString());
    }

    [Fact]
    public void The_same_rows_come_whatever_the_buffer_size()
    {
        var text = string.Concat(Enumerable.Range(0, 40).Select(i => $"{{\"n\":{i},\"s\":\"{new string('ä', i * 3)}\\\"}}\"}}\n"));
        var lines = Write("a.jsonl", text);
        var array = Write("a.json", "[" + string.Join(" ,\n", text.TrimEnd().Split('\n')) + "]");
        Gen.Int[1, 400].Sample(
            block =>
            {
                Assert.Equal(text.TrimEnd().Split('\n'), new JsonLinesRows(lines, lines, block).Read().Select(r => r.Value.ToString()));
                Assert.Equal(text.TrimEnd().Split('\n'), new JsonRows(array, array, block).Read().Select(r => r.Value.ToString()));
            },
            iter: 60,
            threads: 1);
    }

    [Theory]
    [InlineData("[{\"a\":1},\n {\"a\":2}]", "element 1,element 2")]
    [InlineData("{\n \"a\": 1\n}\n{\"a\": 2}", ":1,:4")]
    [InlineData("{\"a\":1}", ":1")]
    [InlineData("  [ ]  ", "")]
    [InlineData("", "")]
    public void A_json_file_is_an_array_or_objects_one_after_another(string text, string origins)
    {
        var rows = RowSources.Open(Write("a.json", text)).Read().Select(r => r.Origin.ToString()).ToList();
        var expected = origins.Split(',', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected.Length, rows.Count);
        Assert.All(expected.Zip(rows), pair => Assert.EndsWith(pair.First, pair.Second, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a.jsonl", "{\"a\":1}\n{\"a\":tru}\n", ":2: Malformed JSON at column 9")]
    [InlineData("a.jsonl", "{\"ä\":1,}\n", ":1: Malformed JSON at column 8")]
    [InlineData("a.jsonl", "{\"a\":1,\r\n{\"a\":1}\n", ":1: Malformed JSON at column 8")]
    [InlineData("a.jsonl", "{\"a\":1} {\"a\":2}\n", "column 9: '{' is invalid after a single JSON value")]
    [InlineData("a.jsonl", "{\"a\":1,\"a\":2}\n", "The key \"a\" occurs twice")]
    [InlineData("a.jsonl", "[1,2]\n", ":1: the row is a list, not an object")]
    [InlineData("a.jsonl", "{\"a\":\"\\ud800\"}\n", "not valid Unicode")]
    [InlineData("a.json", "[{\"a\":1},\n{\"a\":\n 0x}]", "element 2: Malformed JSON at line 3, column 3")]
    [InlineData("a.json", "[{\"a\":1}\n{\"a\":2}]", ":2: malformed JSON at column 1: a comma is missing")]
    [InlineData("a.json", "[{\"a\":1},]", "a comma before the closing bracket")]
    [InlineData("a.json", "[{\"a\":1}", "ends inside the array")]
    [InlineData("a.json", "[{\"a\":1}] x", "more text after the end")]
    [InlineData("a.json", "[{\"a\":1}, 3]", "row 2 does not start with {")]
    [InlineData("a.json", "[{\"a\":\"x", "element 1: Malformed JSON")]
    [InlineData("a.json", "{\"a\":{\"b\":1,\"b\":2}}", "The key \"b\" occurs twice")]
    public void A_malformed_file_is_refused_with_its_place(string name, string text, string part)
    {
        var e = Assert.Throws<DataException>(() => RowSources.Open(Write(name, text)).Read().Count());
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
        Assert.Contains(name, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_lines_are_told_one_by_one_and_reading_goes_on()
    {
        var refused = new List<DataException>();
        var rows = RowSources.Open(Write("a.jsonl", "{\"a\":1}\n{bad\n{\"a\":2}\nnull\n{\"a\":3}\n")).Read(refused.Add).ToList();
        Assert.Equal([1, 3, 5], rows.Select(r => r.Origin.Line));
        Assert.Equal(2, refused.Count);
    }

    [Fact]
    public void Utf16_is_refused_by_name() =>
        Assert.Contains("UTF-16", Assert.Throws<DataException>(() => RowSources.Open(Write("a.jsonl", Encoding.Unicode.GetPreamble())).Read().Count()).Message, StringComparison.Ordinal);

    [Fact]
    public void Compressed_files_are_read_as_their_content_and_cut_off_ones_are_refused()
    {
        var plain = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 5000).Select(i => $"{{\"n\":{i * 7919 % 5003}}}\n")));
        foreach (var (name, packed) in new[] { ("a.jsonl.gz", Gzip(plain)), ("a.jsonl.zst", new Compressor().Wrap(plain).ToArray()) })
        {
            Assert.Equal(5000, RowSources.Open(Write(name, packed)).Read().Count());
            Assert.Equal(10000, RowSources.Open(Write("two-" + name, [.. packed, .. packed])).Read().Count());
            var e = Assert.Throws<DataException>(() => RowSources.Open(Write("cut-" + name, packed[..(packed.Length / 2)])).Read().Count());
            Assert.Contains("cut-" + name, e.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Also where the rows that are there are all whole: what is missing behind them must not be missing unseen.</summary>
    [Fact]
    public void A_gzip_file_is_refused_wherever_it_is_cut_and_when_something_else_follows()
    {
        var packed = Gzip(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 40).Select(i => $"{{\"n\":{i * 7919 % 5003}}}\n"))));
        for (var length = 2; length < packed.Length; length++)
            Assert.Throws<DataException>(() => RowSources.Open(Write("cut.jsonl.gz", packed[..length])).Read().Count());
        for (var length = packed.Length + 2; length < 2 * packed.Length; length++)
            Assert.Throws<DataException>(() => RowSources.Open(Write("cut.jsonl.gz", [.. packed, .. packed[..(length - packed.Length)]])).Read().Count());
        Assert.Equal(40, RowSources.Open(Write("whole.jsonl.gz", packed)).Read().Count());
        Assert.Equal(120, RowSources.Open(Write("three.jsonl.gz", [.. packed, .. packed, .. packed])).Read().Count());
        Assert.Contains("something else follows", Assert.Throws<DataException>(() => RowSources.Open(Write("tail.jsonl.gz", [.. packed, .. "tail"u8])).Read().Count()).Message, StringComparison.Ordinal);
        Assert.Empty(RowSources.Open(Write("nothing.jsonl.gz", Gzip([]))).Read());
    }

    [Fact]
    public void Folders_and_patterns_read_their_files_in_order_of_their_paths()
    {
        foreach (var file in new[] { "data/train-00001-of-00002.jsonl", "data/train-00000-of-00002.jsonl", "data/test-00000-of-00001.jsonl", ".cache/x.jsonl", "notes.txt" })
            Write(file, $"{{\"f\":\"{Path.GetFileName(file)}\"}}\n");
        Assert.Equal(["train-00000-of-00002.jsonl", "train-00001-of-00002.jsonl"], Names(RowSources.Open(_folder)));
        Assert.Equal(["test-00000-of-00001.jsonl"], Names(RowSources.Open(_folder, "test")));
        Assert.Equal(3, Names(RowSources.Open(Path.Combine(_folder, "data", "*.jsonl"))).Count);
        Assert.Equal(2, Names(RowSources.Open(Path.Combine(_folder, "**", "train-*.jsonl"))).Count);
        Assert.Contains("test, train", Assert.Throws<ConfigException>(() => RowSources.Open(_folder, "validation")).Message, StringComparison.Ordinal);
        Assert.Throws<ConfigException>(() => RowSources.Open(Path.Combine(_folder, "*.csv")));
        Assert.Throws<ConfigException>(() => RowSources.Open(Path.Combine(_folder, "notes.txt")));
        Assert.Throws<ConfigException>(() => RowSources.Open(Path.Combine(_folder, "nowhere")));
    }

    [Theory]
    [InlineData("train.jsonl", "train")]
    [InlineData("data/train-00000-of-00003.parquet", "train")]
    [InlineData("training/a.json", "train")]
    [InlineData("my_val.json", "validation")]
    [InlineData("dev.json", "validation")]
    [InlineData("train/test.jsonl", "test")]
    [InlineData("latest.jsonl", null)]
    [InlineData("constraint.jsonl", null)]
    public void A_split_is_a_word_of_the_path(string path, string? split) => Assert.Equal(split, DataSplits.Of(path, "train"));

    [Theory]
    [InlineData("a/*.json", "a/b.json", true)]
    [InlineData("a/*.json", "a/c/b.json", false)]
    [InlineData("a/**/*.json", "a/b.json", true)]
    [InlineData("a/**/*.json", "a/c/d/b.json", true)]
    [InlineData("**/train/*", "x/train/b", true)]
    [InlineData("a?.json", "a1.json", true)]
    [InlineData("a/**/*.json", "b/c.json", false)]
    public void Patterns_stay_within_a_folder_unless_doubled(string pattern, string path, bool matches) => Assert.Equal(matches, DataFolder.IsMatch(pattern, path));

    private static List<string> Names(IRowSource source) => [.. source.Read().Select(r => r.Value.Find("f")!.Text)];

    private static byte[] Gzip(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(plain);
        return packed.ToArray();
    }

    private string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
