using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Serialization;
using Parquet;
using Parquet.Serialization;
using TrlSharp.Examples;
using TrlSharp.Rows;

namespace TrlSharp.Benchmarks.Data;

/// <summary>
/// <c>stream DATA_FOLDER [GB]</c>: hh_rlhf chats over and over as JSONL of that size (default 1), and the same chats as Parquet with nested messages, written to
/// the temporary folder (300,000 chats at most: packing takes the time), read as rows and as examples, deleted. Every round has its letters moved on, so that no compression sees a chat twice. MB/s per second
/// of processor time, of the JSONL or of what Parquet unpacks; peak memory of the process.
/// </summary>
internal static class StreamBenchmark
{
    private const int MostParquetChats = 300_000;
    private const int WarmUpRows = 50_000;

    public static int Run(string[] arguments)
    {
        if (arguments.Length is < 1 or > 2)
        {
            Console.Error.WriteLine("usage: stream DATA_FOLDER [GB]");
            return 2;
        }

        var chats = Chats(arguments[0]);
        var folder = Directory.CreateTempSubdirectory("trlsharp-stream-").FullName;
        try
        {
            var lines = Path.Combine(folder, "chats.jsonl");
            var count = WriteLines(lines, chats, (long)(1e9 * (arguments.Length > 1 ? double.Parse(arguments[1], CultureInfo.InvariantCulture) : 1)));
            Measure(lines, new FileInfo(lines).Length);
            File.Delete(lines);
            foreach (var method in new[] { CompressionMethod.Snappy, CompressionMethod.Zstd })
            {
                var file = Path.Combine(folder, $"chats-{method}.parquet");
                WriteParquet(file, chats, Math.Min(count, MostParquetChats), method);
                Measure(file, UnpackedBytes(file));
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Measure(string file, long unpacked)
    {
        var reader = new ExampleReader();
        foreach (var (what, read) in new (string, Func<Row, long>)[] { ("rows", _ => 1), ("examples", row => reader.Read(row).Examples.Count) })
        {
            // Compiling the program is no part of it.
            _ = RowSources.Open(file).Read().Take(WarmUpRows).Sum(read);
            using var process = Process.GetCurrentProcess();
            var (before, clock) = (process.TotalProcessorTime, Stopwatch.StartNew());
            var count = RowSources.Open(file).Read().Sum(read);
            process.Refresh();
            var seconds = (process.TotalProcessorTime - before).TotalSeconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Path.GetFileName(file)}: {count:N0} {what}, {new FileInfo(file).Length / 1e9:F2} GB of file, {unpacked / 1e9:F2} GB unpacked, {unpacked / 1e6 / seconds:F0} MB per second of processor time ({unpacked / 1e6 / clock.Elapsed.TotalSeconds:F0} by the clock), peak {process.PeakWorkingSet64 / 1e6:F0} MB"));
        }
    }

    private static List<Chat> Chats(string data)
    {
        using var gzip = new GZipStream(File.OpenRead(Path.Combine(data, "hh_rlhf_harmless_base_test.jsonl.gz")), CompressionMode.Decompress);
        using var lines = new StreamReader(gzip, Encoding.UTF8);
        var chats = new List<Chat>();
        while (lines.ReadLine() is { } line)
        {
            var turns = RowValue.Parse(line).Find("chosen")!.Text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
            chats.Add(new() { Messages = [.. turns.Select((turn, i) => new Message { Role = i % 2 == 0 ? "user" : "assistant", Content = turn })] });
        }

        return chats;
    }

    /// <summary>The number of chats that it took.</summary>
    private static int WriteLines(string file, List<Chat> chats, long size)
    {
        using var stream = File.Create(file);
        var count = 0;
        for (; stream.Position < size; count++)
        {
            var messages = Nth(chats, count).Messages.Select(m => RowValue.MapOf(("role", RowValue.Of(m.Role)), ("content", RowValue.Of(m.Content))));
            stream.Write(Encoding.UTF8.GetBytes(RowValue.MapOf(("messages", RowValue.List([.. messages]))) + "\n"));
        }

        return count;
    }

    private static void WriteParquet(string file, List<Chat> chats, int count, CompressionMethod method)
    {
        using var stream = File.Create(file);
        ParquetSerializer.SerializeAsync(Enumerable.Range(0, count).Select(i => Nth(chats, i)), stream, new() { CompressionMethod = method, RowGroupSize = 20_000 }).GetAwaiter().GetResult();
    }

    /// <summary>Chat number <paramref name="index"/> of as many as are wanted: in each round over the list, letters other than those of the round before.</summary>
    private static Chat Nth(List<Chat> chats, int index)
    {
        var (round, at) = Math.DivRem(index, chats.Count);
        return new() { Messages = chats[at].Messages.ConvertAll(m => new Message { Role = m.Role, Content = Moved(m.Content, round) }) };
    }

    private static string Moved(string text, int round) => string.Create(text.Length, (text, round), static (target, from) =>
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = from.text[i] switch
            {
                >= 'a' and <= 'z' and var letter => (char)('a' + ((letter - 'a' + from.round) % 26)),
                >= 'A' and <= 'Z' and var letter => (char)('A' + ((letter - 'A' + (from.round / 26)) % 26)),
                var other => other,
            };
        }
    });

    private static long UnpackedBytes(string file)
    {
        using var stream = File.OpenRead(file);
        var reader = ParquetReader.CreateAsync(stream).GetAwaiter().GetResult();
        return reader.Metadata!.RowGroups.Sum(group => group.TotalByteSize);
    }

    private sealed class Chat
    {
        [JsonPropertyName("messages")]
        public List<Message> Messages { get; set; } = [];
    }

    private sealed class Message
    {
        [JsonPropertyName("role")]
        public string Role { get; set; } = "";

        [JsonPropertyName("content")]
        public string Content { get; set; } = "";
    }
}
