using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TrlSharp.Generation;

/// <summary>Sums and maxima over the scores of a vocabulary, sixteen at a time: with 32 sequences and 150,000 tokens they would otherwise take longer than the model.</summary>
internal static class ScoreVector
{
    private const int Lanes = 16;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Max(ReadOnlySpan<float> values)
    {
        var wide = MemoryMarshal.Cast<float, Vector512<float>>(values);
        var lanes = Vector512.Create(float.NegativeInfinity);
        foreach (var vector in wide) lanes = Vector512.Max(lanes, vector);
        var max = float.NegativeInfinity;
        for (var i = 0; i < Lanes; i++) max = MathF.Max(max, lanes[i]);
        foreach (var value in values[(wide.Length * Lanes)..]) max = MathF.Max(max, value);
        return max;
    }

    /// <summary>The first of the largest; 0 when one is not a number.</summary>
    public static int IndexOfMax(ReadOnlySpan<float> values) => Math.Max(0, values.IndexOf(Max(values)));

    /// <summary>target[i] = exp((values[i] - max) / temperature); returns their sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Exponentiate(ReadOnlySpan<float> values, float max, float temperature, Span<float> target)
    {
        var from = MemoryMarshal.Cast<float, Vector512<float>>(values);
        var to = MemoryMarshal.Cast<float, Vector512<float>>(target);
        var (shift, divisor) = (Vector512.Create(max), Vector512.Create(temperature));
        var sum = 0.0;
        for (var i = 0; i < from.Length; i++)
        {
            var e = Vector512.Exp((from[i] - shift) / divisor);
            to[i] = e;
            sum += Vector512.Sum(e);
        }

        for (var i = from.Length * Lanes; i < values.Length; i++) sum += target[i] = MathF.Exp((values[i] - max) / temperature);
        return sum;
    }
}
