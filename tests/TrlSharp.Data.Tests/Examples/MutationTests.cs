using System.Text;
using TrlSharp.Examples;
using TrlSharp.Rows;
using TrlSharp.Tests;

namespace TrlSharp.Data.Tests.Examples;

/// <summary>Damaged copies of every real data set load or are refused with a typed error that names the file; nothing crashes or hangs.</summary>
public sealed class MutationTests : IDisposable
{
    private const int Head = 12_000;

    private static readonly string[] Splices =
    [
        "null", "-1", "1e999", "true", "[]", "{}", "\"\"", "\"\\ud800\"", "[[[[[[[[[[]]]]]]]]]]", "{\"role\":\"user\",\"role\":\"user\"}", "\u2028", "\0", "123456789012345678901234567890", "\"role\":", ",", "{", "]",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-mutate-").FullName;

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(SharedData.Path("data")).Select(f => Path.GetFileName(f)).Where(f => !f.EndsWith(".md", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Files))]
    public void Two_hundred_mutations_of_a_data_set_are_read_or_refused(string file)
    {
        var bytes = File.ReadAllBytes(SharedData.Path("data", file));
        var packed = file.EndsWith(".gz", StringComparison.Ordinal);
        if (!packed && bytes.Length > Head) bytes = bytes[..Head];
        var random = new SeededRandom((ulong)file.Length);
        var readers = Enum.GetValues<ExamplePurpose>().Select(p => new ExampleReader(new() { Purpose = p })).ToList();
        for (var i = 0; i < 200; i++)
        {
            var path = Path.Combine(_folder, file);
            File.WriteAllBytes(path, Mutate(bytes, random, i));
            foreach (var row in Rows(path).Take(40))
                foreach (var reader in readers) Try(() => reader.Read(row), path);
        }
    }

    [Fact]
    public void Deep_nesting_and_huge_strings_are_read_or_refused()
    {
        var path = Path.Combine(_folder, "deep.jsonl");
        File.WriteAllText(path, string.Concat(Enumerable.Repeat("{\"a\":[", 100_000)) + "\n" + $"{{\"text\":\"{new string('x', 20_000_000)}\"}}\n");
        var refused = new List<DataException>();
        var row = Assert.Single(RowSources.Open(path).Read(refused.Add));
        Assert.Equal(20_000_000, Assert.IsType<TextExample>(new ExampleReader().Read(row).Examples[0]).Text.Length);
        Assert.Contains("deep.jsonl:1: Malformed JSON", Assert.Single(refused).Message, StringComparison.Ordinal);
    }

    private static byte[] Mutate(byte[] bytes, SeededRandom random, int kind)
    {
        var at = random.Next(bytes.Length);
        switch (kind % 4)
        {
            case 0:
                return bytes[..at];
            case 1:
                var flipped = bytes.ToArray();
                for (var k = 0; k <= random.Next(8); k++) flipped[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return flipped;
            case 2:
                return [.. bytes[..at], .. Encoding.UTF8.GetBytes(Splices[random.Next(Splices.Length)]), .. bytes[Math.Min(bytes.Length, at + random.Next(6))..]];
            default:
                var end = Math.Min(bytes.Length, at + random.Next(200));
                return [.. bytes[..end], .. bytes[at..]];
        }
    }

    private static List<Row> Rows(string path)
    {
        var rows = new List<Row>();
        Try(
            () =>
            {
                rows.AddRange(RowSources.Open(path).Read(e => Assert.Contains(path, e.Message, StringComparison.Ordinal)).Take(40));
                return 0;
            },
            path);
        return rows;
    }

    private static void Try<T>(Func<T> read, string path)
    {
        try
        {
            read();
        }
        catch (DataException e)
        {
            Assert.Contains(path, e.Message, StringComparison.Ordinal);
        }
    }
}
