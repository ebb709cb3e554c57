using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TrlSharp.Native;

namespace TrlSharp.Losses;

/// <summary>
/// Reads a row of logits z three times while it is in the cache: the maximum, the sums under the exponentials, the gradient in the place of the logits. So a chunk of logits
/// is read from memory once and written once, and never exists twice; the exponentials are kept for the gradient. V elements, p = softmax(z).
/// </summary>
internal static unsafe class VocabularyKernel
{
    /// <summary>Elements that are added up in float32 before they join a sum in float64.</summary>
    private const int Block = 1024;

    /// <summary>What the loss of a row is made of.</summary>
    /// <param name="Largest">m, the largest z.</param>
    /// <param name="Sum">Σ e^(z - m).</param>
    /// <param name="Mean">The mean of z.</param>
    /// <param name="Expected">Σ p·z.</param>
    internal readonly record struct RowSums(float Largest, double Sum, double Mean, double Expected)
    {
        /// <summary>ℓ = log Σ e^z.</summary>
        public double LogSum => Largest + Math.Log(Sum);
    }

    /// <param name="z">[V], float or bfloat16.</param>
    /// <param name="size">V.</param>
    /// <param name="powers">Takes e^(z - m), [V] and what is left to a multiple of sixteen; null to keep nothing.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static RowSums Sums<T>(T* z, long size, float* powers)
        where T : unmanaged
    {
        var maximum = Maximum(z, size);
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
                if (end - i < Lanes.Width) power = Vector512.ConditionalSelect(Lanes.First(end - i), power, Vector512<float>.Zero);
                if (powers is not null) power.Store(powers + i);
                sums += power;
                weighted = Vector512.FusedMultiplyAdd(power, value, weighted);
                values += value;
            }

            sum += Vector512.Sum(sums);
            products += Vector512.Sum(weighted);
            plain += Vector512.Sum(values);
        }

        return new(maximum, sum, plain / size, products / sum);
    }

    /// <summary>Puts scale·p - spread, and less <paramref name="pull"/> at the target, in the place of z.</summary>
    /// <param name="z">[V]</param>
    /// <param name="size">V.</param>
    /// <param name="powers">From <see cref="Sums"/>.</param>
    /// <param name="sum">Their sum.</param>
    /// <param name="target">Index of the target.</param>
    /// <param name="scale">Of probabilities.</param>
    /// <param name="spread">Taken from all.</param>
    /// <param name="pull">Taken from the target.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradient<T>(T* z, long size, float* powers, double sum, long target, double scale, double spread, double pull)
        where T : unmanaged
    {
        var (factor, even) = (Vector512.Create((float)(scale / sum)), Vector512.Create((float)spread));
        for (long i = 0; i < size; i += Lanes.Width) Lanes.Store((Vector512.Load(powers + i) * factor) - even, z + i, size - i);
        Lanes.SetScalar((float)((powers[target] * scale / sum) - spread - pull), z + target);
    }

    /// <summary>Whether the target is the first index of the largest z.</summary>
    public static bool IsFirst<T>(T* z, long target, float largest)
        where T : unmanaged
    {
        if (Lanes.Scalar(z + target) != largest) return false;
        var (wanted, i) = (Vector512.Create(largest), 0L);
        for (; i + Lanes.Width <= target; i += Lanes.Width)
            if (Vector512.EqualsAny(Lanes.Load(z + i, Lanes.Width), wanted)) return false;
        for (; i < target; i++)
            if (Lanes.Scalar(z + i) == largest) return false;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Maximum<T>(T* z, long size)
        where T : unmanaged
    {
        var best = Vector512.Create(float.NegativeInfinity);
        for (long i = 0; i < size; i += Lanes.Width)
        {
            var value = Lanes.Load(z + i, size - i);
            if (size - i < Lanes.Width) value = Vector512.ConditionalSelect(Lanes.First(size - i), value, best);
            best = Vector512.MaxNative(best, value); // NaN shows in the sums
        }

        var maximum = float.NegativeInfinity;
        for (var lane = 0; lane < Lanes.Width; lane++) maximum = MathF.Max(maximum, best[lane]);
        return maximum;
    }
}
