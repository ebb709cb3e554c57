using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Optimization;

/// <summary>The length of the gradient over all parameters, and clipping to it (Pascanu et al. 2013, arXiv:1211.5063).</summary>
public static class GradientNorm
{
    /// <summary>Keeps the factor finite when the norm is 0, as in torch.nn.utils.clip_grad_norm_.</summary>
    private const double Epsilon = 1e-6;

    /// <summary>Numbers whose squares are added up by one thread.</summary>
    private const long Block = 1 << 14;

    /// <summary>Numbers whose squares are added up in float32 before they join a sum in float64.</summary>
    private const long Run = 1 << 10;

    /// <summary>√Σ g² over all tensors; NaN or infinite if any element is.</summary>
    public static double Of(Tensor[] gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        using var scope = NewDisposeScope();
        var squares = 0.0;
        foreach (var gradient in gradients) squares += Squares(gradient);
        return Math.Sqrt(squares);
    }

    /// <summary>Σ g², by blocks whose sums are added in their order in float64: the same however many threads there are.</summary>
    private static unsafe double Squares(Tensor gradient)
    {
        var plain = Ops.Plain(gradient.detach().cpu().to_type(ScalarType.Float32));
        var (first, count) = (Ops.DataPointer(plain), plain.numel());
        var sums = new double[(count + Block - 1) / Block];
        RowLoop.Run(sums.Length, Block, (from, to) =>
        {
            for (var block = from; block < to; block++) sums[block] = Squares((float*)first + (block * Block), Math.Min(Block, count - (block * Block)));
        });
        GC.KeepAlive(plain);
        return sums.Sum();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe double Squares(float* values, long count)
    {
        const int Pair = 2 * Lanes.Width;
        var total = 0.0;
        for (var at = 0L; at < count; at += Run)
        {
            var end = Math.Min(count, at + Run);
            var (sum, next, i) = (Vector512<float>.Zero, Vector512<float>.Zero, at);
            for (; i + Pair <= end; i += Pair)
            {
                var (first, second) = (Vector512.Load(values + i), Vector512.Load(values + i + Lanes.Width));
                (sum, next) = (Vector512.FusedMultiplyAdd(first, first, sum), Vector512.FusedMultiplyAdd(second, second, next));
            }

            for (; i < end; i += Lanes.Width)
            {
                var last = Lanes.Load(values + i, end - i);
                sum = Vector512.FusedMultiplyAdd(last, last, sum);
            }

            total += Vector512.Sum(sum + next);
        }

        return total;
    }

    /// <summary>What gradients of this norm are multiplied by so that it is at most <paramref name="maximum"/>; 1 where it is.</summary>
    /// <param name="norm">From <see cref="Of"/>.</param>
    /// <param name="maximum">The limit; 0 for none.</param>
    public static double Factor(double norm, double maximum) => maximum <= 0 ? 1 : Math.Min(1, maximum / (norm + Epsilon));

    /// <summary>Scales gradients so that their norm is at most <paramref name="maximum"/>; 0 leaves them alone.</summary>
    /// <param name="gradients">Changed in place.</param>
    /// <param name="norm">Their norm, from <see cref="Of"/>.</param>
    /// <param name="maximum">The limit; 0 for none.</param>
    public static void Clip(Tensor[] gradients, double norm, double maximum) => Scale(gradients, Factor(norm, maximum));

    /// <summary>Multiplies gradients in place.</summary>
    internal static void Scale(Tensor[] gradients, double factor)
    {
        if (factor == 1 || gradients.Length == 0) return;
        using var scope = NewDisposeScope();
        Ops.ForeachMultiply(gradients, tensor((float)factor));
    }
}
