using System.Globalization;
using TrlSharp.Batches;
using TrlSharp.Losses;
using TrlSharp.Models;
using TrlSharp.Native;
using TrlSharp.Packing;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using static TorchSharp.torch;

namespace TrlSharp.Benchmarks.Training;

/// <summary>
/// A reasoning chat whose template drops earlier thoughts, split into an example for each turn: forward and backward with the common beginnings once against every example whole, alternating,
/// best of several.
/// </summary>
internal static class PrefixesBenchmark
{
    private const int Vocabulary = 32_000;
    private const int Question = 60;
    private const int Thought = 200;
    private const int Answer = 120;
    private const int Rounds = 2;

    // prefixes [THREADS] [bf16|fp32] [TURNS, TOKENS BEFORE THEM]
    public static int Run(string[] arguments)
    {
        NativeLibraries.EnsureLoaded();
        int Number(int index) => int.Parse(arguments[index], CultureInfo.InvariantCulture);
        set_num_threads(arguments.Length > 0 ? Number(0) : 1);
        using var model = BenchmarkModel.Small(Vocabulary).Create(arguments.Contains("fp32") ? ScalarType.Float32 : ScalarType.BFloat16);
        foreach (var (turns, system) in arguments.Length > 3 ? [(Number(2), Number(3))] : new[] { (2, 0), (4, 0), (8, 0), (4, 800) }) Compare(model, Chat(turns, system), $"{turns} turns behind {system,3} tokens");
        return 0;
    }

    private static void Compare(CausalLM model, TokenSequence[] examples, string name)
    {
        var tree = new PackedRow(examples) { Tree = PrefixTree.Of(examples, [examples.Length]) };
        var whole = new PackedRow(examples);
        var (shared, apart) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            shared = Math.Min(shared, Seconds(model, tree));
            apart = Math.Min(apart, Seconds(model, whole));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{model.Dtype,-9} {get_num_threads()}t {name}: {whole.Length,5} tokens, shared {tree.Length,5} ({(double)whole.Length / tree.Length:F2} to 1); {whole.Length / apart,6:N0} tokens/s of examples, shared {whole.Length / shared,6:N0}: {apart / shared:F2} times as fast"));
    }

    private static double Seconds(CausalLM model, PackedRow row)
    {
        using var scope = NewDisposeScope();
        var batch = new Collator(Vocabulary, LossNormalization.Token).Collate(row);
        var seconds = ActionTime.Seconds(() => TokenLoss.Backward(model, batch, new(), batch.Divisor));
        foreach (var (_, parameter) in model.Parameters) parameter.grad = null;
        return seconds;
    }

    /// <summary>Example i has the questions and answers of the turns before, and is trained on its own thought and answer.</summary>
    private static TokenSequence[] Chat(int turns, int system)
    {
        var random = new SeededRandom(4);
        int[] Some(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(Vocabulary))];
        var past = Some(system);
        var examples = new List<TokenSequence>();
        for (var turn = 0; turn < turns; turn++)
        {
            int[] context = [.. past, .. Some(Question)], answer = Some(Answer), tokens = [.. context, .. Some(Thought), .. answer];
            examples.Add(new() { Tokens = tokens, Weights = [.. tokens.Select((_, t) => t < context.Length ? 0f : 1f)], Origin = new RowOrigin("benchmark", 1), Part = turn });
            past = [.. context, .. answer];
        }

        return [.. examples];
    }
}
