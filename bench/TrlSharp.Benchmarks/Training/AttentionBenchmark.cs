using System.Globalization;
using TrlSharp.Batches;
using TrlSharp.Models.Attention;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Benchmarks.Training;

/// <summary>
/// Our attention kernel against libtorch's on 2,048 tokens in sequences of equal length, 8 heads of 64 over 2 key-value heads: milliseconds of the forward and of the backward pass,
/// alternating, best of several. On one thread processor time, so other programs do not count.
/// </summary>
internal static class AttentionBenchmark
{
    private const int Tokens = 2048;
    private const int Heads = 8;
    private const int KeyHeads = 2;
    private const int HeadSize = 64;
    private const int Rounds = 9;

    // attention [THREADS]
    public static int Run(string[] arguments)
    {
        NativeLibraries.EnsureLoaded();
        set_num_threads(arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 1);
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
            foreach (var length in new[] { 32, 64, 96, 128, 192, 256, 384, 512 }) Compare(type, length);
        return 0;
    }

    private static void Compare(ScalarType type, int length)
    {
        using var scope = NewDisposeScope();
        var count = Tokens / length;
        var layout = SequenceLayout.FromLengths(Enumerable.Repeat(length, count));
        var (q, k, v) = (Leaf(Heads, type, count * length), Leaf(KeyHeads, type, count * length), Leaf(KeyHeads, type, count * length));
        var buckets = new SequenceBuckets(layout, q);
        var pull = rand(count * length, Heads * HeadSize).to(type);
        Tensor Own() => FlashAttention.Attend(q, k, v, layout, 0.125, null);
        Tensor Libtorch() => BucketedAttention.Attend(q, k, v, buckets, 0.125);
        var best = new[] { double.MaxValue, double.MaxValue, double.MaxValue, double.MaxValue };
        for (var round = 0; round < Rounds; round++)
        {
            var (forward, backward) = Times(Own, pull);
            (best[0], best[1]) = (Math.Min(best[0], forward), Math.Min(best[1], backward));
            (forward, backward) = Times(Libtorch, pull);
            (best[2], best[3]) = (Math.Min(best[2], forward), Math.Min(best[3], backward));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{type,-9} {count,3} × {length,4}: ours {best[0],6:F1} + {best[1],6:F1} ms, libtorch's {best[2],6:F1} + {best[3],6:F1} ms; ours takes {(best[0] + best[1]) / (best[2] + best[3]):P0}"));
    }

    private static (double Forward, double Backward) Times(Func<Tensor> attend, Tensor pull)
    {
        using var scope = NewDisposeScope();
        Tensor? y = null;
        var forward = Milliseconds(() => y = attend());
        return (forward, Milliseconds(() => CustomGradient.Run(() => y!.backward([pull]))));
    }

    private static Tensor Leaf(int heads, ScalarType type, int tokens) => rand(tokens, heads, HeadSize).to(type).requires_grad_();

    private static double Milliseconds(Action action) => 1e3 * ActionTime.Seconds(action);
}
