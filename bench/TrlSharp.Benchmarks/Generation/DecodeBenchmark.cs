using System.Globalization;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TrlSharp.Generation;
using TrlSharp.Models;
using static TorchSharp.torch;

namespace TrlSharp.Benchmarks.Generation;

/// <summary>
/// Decoding and prefill of the small Llama (hidden 512, 8 layers, 8/2 heads, FF 1408, V 32000). A decoding step must read every weight once, so the bound is the
/// bytes of the weights over the speed at which this process reads memory, measured beside it.
/// </summary>
internal static class DecodeBenchmark
{
    private const string Config = """
        {"model_type": "llama", "vocab_size": 32000, "hidden_size": 512, "intermediate_size": 1408, "num_hidden_layers": 8, "num_attention_heads": 8,
         "num_key_value_heads": 2, "head_dim": 64, "max_position_embeddings": 2048, "initializer_range": 0.02, "tie_word_embeddings": false}
        """;

    private const int PromptLength = 128;
    private const int NewTokens = 65;

    /// <summary>Bytes that the read asks for ahead, as <see cref="Native.RowMatmul"/> does, which reaches up to a tenth more than a read without.</summary>
    private const int Ahead = 8192;

    public static int Run(string[] args)
    {
        var threads = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1;
        set_num_threads(threads);
        Console.WriteLine($"threads {threads}, prompt {PromptLength}, {NewTokens} new tokens, medians of {2 * (NewTokens - 1)} steps");
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
        {
            using var model = CausalLM.Create(ModelConfig.Parse(Config), seed: 1, type);
            // The embedding is a table of which a step reads a row per sequence.
            var bytes = model.Parameters.Where(p => p.Name != "model.embed_tokens.weight").Sum(p => p.Value.numel() * p.Value.element_size());
            Console.WriteLine(Text($"{type}: {bytes / 1e6:F1} MB of weights per step"));
            foreach (var batch in new[] { 1, 8, 32 })
            {
                var before = ReadRate(threads);
                var (prefill, step) = Measure(model, batch);
                var rate = Math.Max(before, ReadRate(threads));
                var bound = rate / bytes; // steps per second
                Console.WriteLine(Text(
                    $"  batch {batch,2}: {batch / step,6:F0} tokens/s, step {step * 1e3:F2} ms = {100 / (step * bound):F0} % of the bound ({rate / 1e9:F1} GB/s); prefill {batch * PromptLength / prefill:F0} tokens/s"));
            }
        }

        return 0;
    }

    /// <summary>The first of three rounds is not counted: the runtime compiles meanwhile, on the second core where there is one.</summary>
    private static (double Prefill, double Step) Measure(CausalLM model, int batch)
    {
        var random = new SeededRandom(1);
        var prompts = Enumerable.Range(0, batch).Select(_ => (IReadOnlyList<int>)[.. Enumerable.Range(0, PromptLength).Select(_ => random.Next(32000))]).ToList();
        var prefill = double.MaxValue;
        var steps = new List<double>();
        for (var round = 0; round < 3; round++)
        {
            using var run = new GenerationRun(model, prompts, new() { Temperature = 0, MaxNewTokens = NewTokens }, new() { BatchSize = batch });
            var first = ActionTime.Seconds(() => run.Step());
            var others = Enumerable.Range(1, NewTokens - 1).Select(_ => ActionTime.Seconds(() => run.Step())).ToList();
            if (round == 0) continue;
            prefill = Math.Min(prefill, first);
            steps.AddRange(others);
        }

        steps.Sort();
        return (prefill, steps[steps.Count / 2]);
    }

    /// <summary>Bytes per second at which the threads together read a buffer that no cache holds.</summary>
    private static double ReadRate(int threads)
    {
        var buffer = new float[64 << 20];
        Array.Fill(buffer, 1f);
        var best = double.MaxValue;
        for (var i = 0; i < 4; i++)
        {
            var seconds = ActionTime.Seconds(() => Parallel.For(
                0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, part => Sum(buffer.AsSpan(buffer.Length / threads * part, buffer.Length / threads))));
            best = Math.Min(best, seconds);
        }

        return buffer.Length * sizeof(float) / best;
    }

    private static unsafe float Sum(ReadOnlySpan<float> values)
    {
        Vector512<float> a = default, b = default, c = default, d = default;
        fixed (float* first = values)
        {
            for (float* at = first, end = first + values.Length; at + 64 <= end; at += 64)
            {
                if (Sse.IsSupported) for (var line = 0; line < 4; line++) Sse.Prefetch0((byte*)at + Ahead + (line * 64));
                a += Vector512.Load(at);
                b += Vector512.Load(at + 16);
                c += Vector512.Load(at + 32);
                d += Vector512.Load(at + 48);
            }
        }

        return Vector512.Sum(a + b + c + d);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
