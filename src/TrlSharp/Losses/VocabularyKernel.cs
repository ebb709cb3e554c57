using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TrlSharp.Native;

namespace TrlSharp.Losses;

/// <summary>
/// Reads a row of logits z three times while it is in the cache: the maximum, the sums under the exponentials, the gradient in the place of the logits. So a chunk of logits
/// is read from memory once and written once, and never exists twice. V elements, p = softmax(z).
/// </summary>
internal static unsafe class VocabularyKernel
{
    /// <summary>Elements that are added up in float32 before they join a sum in float64.</summary>
    private const int Block = 1024;

    /// <summary>What the loss of a row is made of.</summary>
    /// <param name="LogSum">ℓ = log Σ e^z.</param>
    /// <param name="Target">z of the target.</param>
    /// <param name="Mean">The mean of z.</param>
    /// <param name="Expected">Σ p·z.</param>
    /// <param name="Likeliest">The first index of the largest z.</param>
    internal readonly record struct RowSums(double LogSum, double Target, double Mean, double Expected, long Likeliest);

    /// <param name="z">[V], float or bfloat16.</param>
    /// <param name="size">V.</param>
    /// <param name="target">Index of the target.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static RowSums Sums<T>(T* z, long size, long target)
        where T : unmanaged
    {
        var (maximum, likeliest) = Maximum(z, size);
        var shift = Vector512.Create(maximum);
        var (sum, products, plain) = (0.0, 0.0, 0.0);
        for (long first = 0; first < size; first += Block)
        {
            var end = Math.Min(size, first + Block);
            var (sums, weighted, values) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
            for (var i = first; i < end; i += Lanes.Width)
            {
                var value = Lanes.Load(z + i, end - i);
                var power = Lanes.Exp(value - shift);
                if (end - i < Lanes.Width) power = Vector512.ConditionalSelect(Filled(end - i), power, Vector512<float>.Zero);
                sums += power;
                weighted = Vector512.FusedMultiplyAdd(power, value, weighted);
                values += value;
            }

            sum += Vector512.Sum(sums);
            products += Vector512.Sum(weighted);
            plain += Vector512.Sum(values);
        }

        return new(maximum + Math.Log(sum), Lanes.Scalar(z + target), plain / size, products / sum, likeliest);
    }

    /// <summary>Puts scale·p - spread, and less <paramref name="pull"/> at the target, in the place of z.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradient<T>(T* z, long size, long target, double logSum, double scale, double spread, double pull)
        where T : unmanaged
    {
        var score = Lanes.Scalar(z + target);
        var (shift, factor, even) = (Vector512.Create((float)logSum), Vector512.Create((float)scale), Vector512.Create((float)spread));
        for (long i = 0; i < size; i += Lanes.Width)
        {
            var power = Lanes.Exp(Lanes.Load(z + i, size - i) - shift);
            Lanes.Store((power * factor) - even, z + i, size - i);
        }

        Lanes.SetScalar((float)((Math.Exp(score - logSum) * scale) - spread - pull), z + target);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (float Value, long Index) Maximum<T>(T* z, long size)
        where T : unmanaged
    {
        var best = Vector512.Create(float.NegativeInfinity);
        for (long i = 0; i < size; i += Lanes.Width)
        {
            var value = Lanes.Load(z + i, size - i);
            if (size - i < Lanes.Width) value = Vector512.ConditionalSelect(Filled(size - i), value, best);
            best = Vector512.MaxNative(best, value); // NaN shows in the sums
        }

        var maximum = float.NegativeInfinity;
        for (var lane = 0; lane < Lanes.Width; lane++) maximum = MathF.Max(maximum, best[lane]);
        long index = 0;
        var wanted = Vector512.Create(maximum);
        while (size - index > Lanes.Width && !Vector512.EqualsAny(Lanes.Load(z + index, size - index), wanted)) index += Lanes.Width;
        while (index + 1 < size && Lanes.Scalar(z + index) != maximum) index++;
        return (maximum, index);
    }

    /// <summary>All bits set in the first lanes.</summary>
    private static Vector512<float> Filled(long count) => Vector512.LessThan(Vector512<float>.Indices, Vector512.Create((float)count));
}
