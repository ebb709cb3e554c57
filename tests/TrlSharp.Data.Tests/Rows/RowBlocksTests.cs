using System.IO.Compression;
using System.Text;
using TrlSharp.Rows;

namespace TrlSharp.Data.Tests.Rows;

/// <summary>Rows in blocks, which other threads parse, are the rows that reading gives: the same values, places and faults in the same order.</summary>
public sealed class RowBlocksTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-blocks-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("\n \r\n\n")]
    [InlineData("\uFEFF{\"t\":\"x\u2028y\"}\r\n\r\n   \n{\"t\":2}\n{\"t\":3}")]
    [InlineData("{\"a\":1}\n{\"a\":tru}\n{\"a\":2}\n[1]\n{\"a\":1,\"a\":2}\n{\"a\":\"\\ud800\"}\n{\"a\":3} {\"a\":4}\n{\"a\":\"\0\"}\n{\"a\":5")]
    [InlineData("[{\"a\":1},\n {\"a\":\n 0x}, {\"b\":[{}]} ]")]
    [InlineData("[{\"a\":1},]")]
    [InlineData("[{\"a\":1}\n{\"a\":2}]")]
    [InlineData("[{\"a\":1}] x")]
    [InlineData("[{\"a\":1}, 3]")]
    [InlineData("[{\"a\":\"x")]
    [InlineData("{\n \"a\": 1\n}\n{\"a\": 2}")]
    public void Blocks_of_json_are_the_same_rows_and_faults(string text)
    {
        foreach (var size in new[] { 1, 7, 1 << 18 })
        {
            var path = Path.Combine(_folder, "a.json");
            File.WriteAllText(path, text);
            Same(new JsonLinesRows(path, path, size));
            Same(new JsonRows(path, path, size));
        }
    }

    [Fact]
    public void Many_rows_long_rows_several_files_and_torn_archives()
    {
        var lines = Enumerable.Range(0, 500).Select(i => i % 97 == 5 ? "{broken" : $"{{\"n\":{i},\"s\":\"{new string('ä', i % 50 == 0 ? 90_000 : i)}\"}}").ToArray();
        File.WriteAllLines(Path.Combine(_folder, "1.jsonl"), lines);
        File.WriteAllText(Path.Combine(_folder, "2.json"), $"[{string.Join(",\n", lines.Where(l => l != "{broken"))}]");
        using (var packed = new MemoryStream())
        {
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
            File.WriteAllBytes(Path.Combine(_folder, "3.jsonl.gz"), packed.ToArray()[..^200]);
        }

        File.WriteAllText(Path.Combine(_folder, "4.csv"), "a,b\n1,2\n\"x\n");
        foreach (var name in new[] { "1.jsonl", "2.json", "3.jsonl.gz", "4.csv", "*.*" }) Same(RowSources.Open(Path.Combine(_folder, name)));
    }

    private static void Same(IRowSource source)
    {
        var read = Refusals.Interleave(source).Select(Text).ToList();
        var blocks = RowBlocks.Of(source).ToList();
        // Parsed in any order.
        var parsed = blocks.AsEnumerable().Reverse().Select(b => b.Read().Select(Text).ToList()).Reverse().SelectMany(b => b).ToList();
        Assert.Equal(read, parsed);
    }

    private static string Text((Row? Row, DataException? Fault) item) => item.Row is { } row ? $"{row.Origin} {row.Value}" : item.Fault!.Message;
}
