using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using TrlSharp.Tokenization;

namespace TrlSharp.Benchmarks.Tokenization;

/// <summary>
/// <c>tokenizer CONFORMANCE_FOLDER DATA_FOLDER [NPM_FOLDER]</c>: MB/s of ours and of the Rust library (npm package tokenizers, batch API, same
/// threads), cold load, memory kept, and the cost per byte of texts made to be slow. Both sides see the first half of the documents before the
/// clock starts and the second half once, so that their word caches know what they would know. The clock is processor time, so MB/s are per
/// core and hold on a busy machine. Without NPM_FOLDER the Rust columns stay empty. <c>tokenizer slow CONFORMANCE_FOLDER DATA_FOLDER [NAME]</c>:
/// the texts made to be slow alone.
/// </summary>
internal static class TokenizerBenchmark
{
    private static readonly string[] Names = ["llama3", "qwen3", "gpt-oss", "bora", "llama2", "t5-small"];

    public static int Run(string[] args)
    {
        if (args is ["--load", var file]) return MeasureLoad(file);
        if (args is ["slow", _, _, ..]) return MeasureSlow(args[1..]);
        if (args.Length is < 2 or > 3)
        {
            Console.Error.WriteLine("usage: tokenizer CONFORMANCE_FOLDER DATA_FOLDER [NPM_FOLDER]");
            return 2;
        }

        var work = Directory.CreateTempSubdirectory("trlsharp-bench-").FullName;
        try
        {
            var corpora = Corpora(args[0], args[1]);
            foreach (var name in Names) Measure(args, name, work, corpora);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }

        return 0;
    }

    private static void Measure(string[] args, string name, string work, IReadOnlyList<(string Name, string[] Documents)> corpora)
    {
        var file = Path.Combine(work, name + ".json");
        File.WriteAllBytes(file, Unpack(Path.Combine(args[0], name, "tokenizer.json.gz")));
        Console.WriteLine($"{name}: {Child(Environment.ProcessPath!, "tokenizer", "--load", file)}");
        var tokenizer = Tokenizer.Parse(File.ReadAllBytes(file));
        var ordinary = 0.0;
        foreach (var (corpus, documents) in corpora)
        {
            var timed = documents[(documents.Length / 2)..];
            var bytes = timed.Sum(text => (double)Encoding.UTF8.GetByteCount(text));
            var line = new StringBuilder($"  {corpus,-12} {bytes / 1e6,5:0.00} MB");
            foreach (var threads in new[] { 1, 2 })
            {
                var ours = Enumerable.Range(0, 5).Min(_ => Ours(File.ReadAllBytes(file), documents, threads));
                if (threads == 1 && ordinary == 0) ordinary = ours / bytes;
                line.Append(CultureInfo.InvariantCulture, $"   {threads} thread: ours {bytes / 1e6 / ours,6:0.0} MB/s");
                if (args.Length < 3) continue;
                var rust = Rust(args[2], file, Path.Combine(work, "texts.json"), documents, threads);
                line.Append(CultureInfo.InvariantCulture, $", Rust {bytes / 1e6 / rust,5:0.0}, ratio {rust / ours,5:0.0}");
            }

            Console.WriteLine(line);
        }

        Slow(tokenizer, corpora[0].Documents, ordinary);
    }

    private static int MeasureSlow(string[] args)
    {
        var documents = Corpora(args[0], args[1])[0].Documents;
        var bytes = documents[(documents.Length / 2)..].Sum(text => (double)Encoding.UTF8.GetByteCount(text));
        foreach (var name in Names.Where(n => args.Length < 3 || n == args[2]))
        {
            var content = Unpack(Path.Combine(args[0], name, "tokenizer.json.gz"));
            var ordinary = Enumerable.Range(0, 20).Min(_ => Ours(content, documents, threads: 1)) / bytes;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: ordinary English {ordinary * 1e9:0.0} ns/byte"));
            Slow(Tokenizer.Parse(content), documents, ordinary);
        }

        return 0;
    }

    private static void Slow(Tokenizer tokenizer, string[] documents, double ordinary)
    {
        foreach (var (label, text) in SlowTexts(documents))
        {
            var cost = Enumerable.Range(0, 4).Min(_ => ProcessorSeconds(() => tokenizer.Encode(text))) / Encoding.UTF8.GetByteCount(text);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  10 MB {label,-22} {cost * 1e9,6:0} ns/byte, {cost / ordinary,5:0.0} times ordinary English"));
        }
    }

    private static double Ours(byte[] file, string[] documents, int threads)
    {
        var tokenizer = Tokenizer.Parse(file);
        tokenizer.EncodeBatch(documents[..(documents.Length / 2)], threads);
        var timed = documents[(documents.Length / 2)..];
        GC.Collect();
        return ProcessorSeconds(() => tokenizer.EncodeBatch(timed, threads));
    }

    /// <summary>Conversations in English, code, Chinese conversations; a document is a row or a file.</summary>
    private static List<(string Name, string[] Documents)> Corpora(string conformance, string data)
    {
        using var texts = JsonDocument.Parse(Unpack(Path.Combine(conformance, "texts.json.gz")));
        var code = texts.RootElement.GetProperty("code").EnumerateArray().Select(text => text.GetString()!).ToArray();
        var chat = Encoding.UTF8.GetString(Unpack(Path.Combine(data, "hh_rlhf_harmless_base_test.jsonl.gz"))).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonElement.Parse(line).GetProperty("chosen").GetString()!).ToArray();
        var chinese = JsonElement.Parse(File.ReadAllText(Path.Combine(data, "llamafactory_alpaca_zh_demo.json"))).EnumerateArray()
            .Select(row => row.GetProperty("instruction").GetString() + "\n" + row.GetProperty("output").GetString()).ToArray();
        return [("English chat", chat), ("code", code), ("Chinese chat", chinese)];
    }

    private static IEnumerable<(string Label, string Text)> SlowTexts(string[] documents)
    {
        yield return ("of a", new string('a', 10_000_000));
        var state = 1u;
        yield return ("of random letters", string.Create(10_000_000, 0, (span, _) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = (char)('a' + ((state = (state * 1664525) + 1013904223) >> 24) % 26);
        }));
        yield return ("of spaces", new string(' ', 10_000_000));

        // Words in a random order, with spaces and without.
        var words = string.Join(' ', documents[..500]).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        foreach (var (label, space) in new[] { ("of words", " "), ("of words run together", "") })
        {
            var soup = new StringBuilder();
            while (soup.Length < 10_000_000) soup.Append(words[(int)((state = (state * 1664525) + 1013904223) >> 8) % words.Length]).Append(space);
            yield return (label, soup.ToString(0, 10_000_000));
        }
    }

    /// <summary>Runs in a process of its own: time to the first token and memory that stays.</summary>
    private static int MeasureLoad(string file)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Tokenizer tokenizer = null!;
        var tokens = 0;
        var clock = Stopwatch.StartNew();
        var seconds = ProcessorSeconds(() => tokens = (tokenizer = Tokenizer.Parse(File.ReadAllBytes(file))).Encode("Hello world").Length);
        var milliseconds = clock.Elapsed.TotalMilliseconds;
        var kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tokenizer.VocabularySize} ids, loaded cold in {seconds * 1e3:0} ms of processor time ({milliseconds:0} ms by the clock), keeps {kept / 1e6:0.0} MB, first text {tokens} tokens"));
        return 0;
    }

    private static double ProcessorSeconds(Func<object> work)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        GC.KeepAlive(work());
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalSeconds;
    }

    private static double Rust(string npm, string file, string textsFile, string[] documents, int threads)
    {
        File.WriteAllText(textsFile, JsonSerializer.Serialize(documents));
        var script = Path.Combine(AppContext.BaseDirectory, "Tokenization", "measure.mjs");
        Environment.SetEnvironmentVariable("RAYON_NUM_THREADS", threads.ToString(CultureInfo.InvariantCulture));
        using var answer = JsonDocument.Parse(Child("node", script, npm, file, textsFile, "5"));
        return answer.RootElement.GetProperty("seconds").GetDouble();
    }

    private static string Child(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.Trim();
    }

    private static byte[] Unpack(string path)
    {
        using var gzip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        gzip.CopyTo(memory);
        return memory.ToArray();
    }
}
