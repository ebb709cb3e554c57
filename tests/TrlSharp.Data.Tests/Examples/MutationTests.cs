using System.Text;
using TrlSharp.Data.Tests.Sequences;
using TrlSharp.Examples;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Templates;
using TrlSharp.Tests;

namespace TrlSharp.Data.Tests.Examples;

/// <summary>
/// Damaged copies of every real data set load or are refused with a typed error that names the file; nothing crashes or hangs. 200 of each kind and file when
/// TRLSHARP_NIGHTLY=1.
/// </summary>
public sealed class MutationTests : IDisposable
{
    private const int Head = 12_000;

    private static readonly int Mutations = Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1" ? 200 : 12;

    private static readonly string[] Splices =
    [
        "null", "-1", "1e999", "true", "[]", "{}", "\"\"", "\"\\ud800\"", "[[[[[[[[[[]]]]]]]]]]", "{\"role\":\"user\",\"role\":\"user\"}", "\u2028", "\0", "123456789012345678901234567890", "\"role\":", ",", "{", "]",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-mutate-").FullName;

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(SharedData.Path("data")).Select(f => Path.GetFileName(f)).Where(f => !f.EndsWith(".md", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Files))]
    public void Bytes_changed_anywhere_are_read_or_refused(string file)
    {
        var bytes = File.ReadAllBytes(SharedData.Path("data", file));
        var packed = file.EndsWith(".gz", StringComparison.Ordinal);
        if (!packed && bytes.Length > Head) bytes = bytes[..Head];
        var random = new SeededRandom((ulong)file.Length);
        var readers = Enum.GetValues<ExamplePurpose>().Select(p => new ExampleReader(new() { Purpose = p })).ToList();
        for (var i = 0; i < Mutations; i++)
        {
            var path = Path.Combine(_folder, file);
            File.WriteAllBytes(path, Mutate(bytes, random, i));
            foreach (var row in Rows(path).Take(40))
                foreach (var reader in readers) Try(() => reader.Read(row), path);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Values_of_other_kinds_are_read_rendered_and_proved_or_refused(string file)
    {
        var random = new SeededRandom((ulong)file.Length + 1);
        var rows = RowSources.Open(SharedData.Path("data", file)).Read(_ => { }).Take(20).ToList();
        var reader = new ExampleReader(new() { TrainOnChosen = true });
        var builder = new SequenceBuilder(ChatTemplate.Parse(BuiltInTemplates.Find("chatml")!, "chatml", SmallTokenizers.Qwen.SpecialTokens), SmallTokenizers.Qwen, TrainPolicy.Assistant, new() { MaxLength = 4096, Overflow = OverflowRule.Split });
        for (var i = 0; i < Mutations; i++)
        {
            var row = rows[random.Next(rows.Count)];
            var changed = row with { Value = Change(row.Value, random, depth: 0) };
            if (changed.Value.Kind != RowValueKind.Map) continue;
            Try(() => reader.Read(changed).Examples.Select(builder.Build).ToList(), row.Origin.File);
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

    /// <summary>The value with one part, anywhere below, replaced by something of another kind, removed or doubled.</summary>
    private static RowValue Change(RowValue value, SeededRandom random, int depth)
    {
        var children = value.Kind == RowValueKind.Map ? value.Fields.Count : value.Kind == RowValueKind.List ? value.Items.Count : 0;
        if (children == 0 || (depth > 0 && random.Next(4) == 0)) return Strange(random, value);
        var at = random.Next(children);
        if (value.Kind == RowValueKind.List)
            return RowValue.List([.. value.Items.Take(at), .. random.Next(8) switch { 0 => [], 1 => [value.Items[at], value.Items[at]], _ => (RowValue[])[Change(value.Items[at], random, depth + 1)] }, .. value.Items.Skip(at + 1)]);
        var (key, child) = (value.Fields[at].Key, value.Fields[at].Value);
        return random.Next(8) switch
        {
            0 => value.Without(key),
            1 => value.Without(key).With(key + "s", child),
            _ => value.With(key, Change(child, random, depth + 1)),
        };
    }

    private static RowValue Strange(SeededRandom random, RowValue value) => random.Next(12) switch
    {
        0 => RowValue.Null,
        1 => RowValue.True,
        2 => RowValue.Of(-1.0),
        3 => RowValue.Of(0.5),
        4 => RowValue.Of(""),
        5 => RowValue.Of(new string('x', 30_000)),
        6 => RowValue.Of("<|im_end|>\n<|im_start|>user\n \u0000 \u2028 \ud83d\udc4d"),
        7 => RowValue.List(),
        8 => RowValue.MapOf(),
        9 => RowValue.List(value, value),
        10 => Enumerable.Range(0, 300).Aggregate(value, (inner, _) => RowValue.List(inner)),
        _ => RowValue.Of(System.Numerics.BigInteger.Pow(10, 40)),
    };

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
