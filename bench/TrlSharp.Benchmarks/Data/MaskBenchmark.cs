using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using TrlSharp.Examples;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Templates;
using TrlSharp.Tokenization;

namespace TrlSharp.Benchmarks.Data;

/// <summary>
/// From parsed rows to ids and weights, every proof on: conversations and tokens per second by template, threads and share of rows that are witnessed by
/// changed characters, in processor time of the process and in wall-clock time. TRL 1.16 prepares 940–1,670 multi-turn conversations/s (0.15–0.30 M
/// tokens/s) in one process on two cores of this class; the ratios are to the upper ends of these.
/// </summary>
internal static class MaskBenchmark
{
    /// <summary>A round takes a fraction of a second; in the first ones the program is still being compiled.</summary>
    private const int Rounds = 12;

    private const double TrlConversations = 1670, TrlTokens = 0.30e6;

    public static int Run(string[] arguments)
    {
        var shared = arguments.Length > 0 ? arguments[0] : Path.Combine("..", "shared");
        var rows = RowSources.Open(Path.Combine(shared, "data", "hh_rlhf_harmless_base_test.jsonl.gz")).Read().ToArray();
        var reader = new ExampleReader(new() { TrainOnChosen = true });
        var chats = new List<Example>();
        foreach (var row in rows)
        {
            try
            {
                chats.AddRange(reader.Read(row).Examples);
            }
            catch (DataException)
            {
                // Two rows of the set have no answer; they are no work.
            }
        }

        foreach (var (tokenizer, template) in new[] { ("qwen3", "chatml"), ("qwen3", "trl__template"), ("llama2", "plain") })
        {
            if (arguments.Length > 1 && arguments[1] != template) continue;
            foreach (var (witness, threads) in new[] { (0, 1), (1000, 1), (1, 1), (1000, 2) }) Measure(shared, chats, tokenizer, template, witness, threads);
        }

        return 0;
    }

    private static void Measure(string shared, List<Example> chats, string vocabulary, string name, int witness, int threads)
    {
        var source = BuiltInTemplates.Find(name) ?? File.ReadAllText(Path.Combine(shared, "conformance", "templates", name + ".jinja"));
        var tokenizer = Tokenizer.Parse(Unpacked(Path.Combine(shared, "conformance", "tokenizers", vocabulary, "tokenizer.json.gz")), Config(vocabulary));
        var builder = new SequenceBuilder(ChatTemplate.Parse(source, name, tokenizer.SpecialTokens), tokenizer, TrainPolicy.Assistant, new() { WitnessEvery = witness });
        var (bestWall, bestCpu) = (double.MaxValue, double.MaxValue);
        long tokens = 0, refused = 0;
        for (var round = 0; round < Rounds; round++)
        {
            (tokens, refused) = (0, 0);
            var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            var watch = Stopwatch.StartNew();
            Parallel.For(0, chats.Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
            {
                try
                {
                    Interlocked.Add(ref tokens, builder.Build(chats[i]).Sequences.Sum(s => s.Length));
                }
                catch (DataException)
                {
                    Interlocked.Increment(ref refused);
                }
            });
            bestWall = Math.Min(bestWall, watch.Elapsed.TotalSeconds);
            bestCpu = Math.Min(bestCpu, (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds);
        }

        var (perWall, perCpu) = (chats.Count / bestWall, chats.Count / bestCpu);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-13} {vocabulary}, witness 1 in {witness,4}, {threads} thread(s): {perWall,8:N0} conversations/s, {tokens / bestWall / 1e6:F2} M tokens/s; per processor second {perCpu:N0} and {tokens / bestCpu / 1e6:F2} M; ×{perCpu / TrlConversations:F1} and ×{tokens / bestCpu / TrlTokens:F1} of TRL's best; {refused} refused"));
    }

    private static byte[] Config(string vocabulary) =>
        vocabulary == "llama2" ? """{"bos_token":"<s>","eos_token":"</s>"}"""u8.ToArray() : """{"eos_token":"<|im_end|>"}"""u8.ToArray();

    private static byte[] Unpacked(string path)
    {
        using var gzip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        gzip.CopyTo(bytes);
        return bytes.ToArray();
    }
}
