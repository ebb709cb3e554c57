using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using TrlSharp.Preparation;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Templates;
using TrlSharp.Tokenization;

namespace TrlSharp.Benchmarks.Data;

/// <summary>
/// JSONL to packed rows with masks and proof on: conversations and tokens per second, by vocabulary and threads, on multi-turn hh_rlhf (the chosen chats).
/// TRL 1.16 on two cores of this class prepares 940–1,670 conversations/s with one process and 610–2,080 with two.
/// </summary>
internal static class PrepareBenchmark
{
    private const int RowLength = 2048;

    /// <summary>Long enough that compiling the program is a small part of it.</summary>
    private const int Passes = 5;

    /// <summary>In the first ones the program is still being compiled, by one more thread.</summary>
    private const int Rounds = 8;

    public static int Run(string[] arguments)
    {
        var shared = arguments.Length > 0 ? arguments[0] : Path.Combine("..", "shared");
        var data = Path.Combine(shared, "data", "hh_rlhf_harmless_base_test.jsonl.gz");
        foreach (var (name, template) in new[] { ("llama2", "plain"), ("qwen3", "chatml") })
        {
            var tokenizer = Tokenizer.Parse(Unpacked(Path.Combine(shared, "conformance", "tokenizers", name, "tokenizer.json.gz")), Config(template));
            var parsed = ChatTemplate.Parse(BuiltInTemplates.Find(template)!, template, tokenizer.SpecialTokens);
            var builder = new SequenceBuilder(parsed, tokenizer, TrainPolicy.Assistant, new() { MaxLength = RowLength });
            foreach (var threads in new[] { 1, 2 }) Measure(data, builder, $"{name} ({tokenizer.VocabularySize})", threads);
        }

        return 0;
    }

    private static void Measure(string data, SequenceBuilder builder, string name, int threads)
    {
        var (best, leastWork) = (double.MaxValue, double.MaxValue);
        Account? account = null;
        for (var i = 0; i < Rounds; i++)
        {
            var options = new PreparationOptions { Sources = [new() { Location = data, Epochs = Passes, Reader = new() { TrainOnChosen = true } }], KeepGoing = true, MostDropped = 1, Threads = threads };
            var preparation = new DataPreparation(options, builder.Build);
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            var watch = Stopwatch.StartNew();
            foreach (var row in preparation.Rows(new() { RowLength = RowLength }))
            {
                _ = row;
            }

            best = Math.Min(best, watch.Elapsed.TotalSeconds);
            leastWork = Math.Min(leastWork, (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds);
            account = preparation.Account;
        }

        var source = account!.Sources[0];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}, {threads} thread(s): {source.Rows / best:N0} conversations/s, {source.Tokens / best / 1e6:F2} M tokens/s; {source.Rows / leastWork:N0} per second of processor time; {source.Used} used, {source.Refused} refused, {source.Dropped} dropped, fill {account.Packing!.Fill(RowLength):P2}"));
        foreach (var (reason, tally) in source.Reasons) Console.WriteLine($"    {reason}: {tally.Count}, the first: {tally.First}");
    }

    private static byte[] Config(string template) =>
        template == "plain" ? """{"bos_token":"<s>","eos_token":"</s>"}"""u8.ToArray() : """{"eos_token":"<|im_end|>"}"""u8.ToArray();

    private static byte[] Unpacked(string path)
    {
        using var gzip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        gzip.CopyTo(bytes);
        return bytes.ToArray();
    }
}
