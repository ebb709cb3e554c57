using System.Numerics;
using System.Runtime.InteropServices;

namespace TrlSharp.Sequences;

/// <summary>How many weights are 0 and how many are 1. Every sequence is asked at each stage that accounts for it, so several are compared at a time.</summary>
internal readonly record struct WeightCounts(int Zeros, int Ones)
{
    public static WeightCounts Of(ReadOnlySpan<float> weights)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(weights);
        // A comparison that holds is −1.
        var (noZeros, noOnes) = (Vector<int>.Zero, Vector<int>.Zero);
        foreach (var vector in vectors)
        {
            noZeros += Vector.Equals(vector, Vector<float>.Zero);
            noOnes += Vector.Equals(vector, Vector<float>.One);
        }

        var (zeros, ones) = (-Vector.Sum(noZeros), -Vector.Sum(noOnes));
        foreach (var weight in weights[(vectors.Length * Vector<float>.Count)..])
        {
            if (weight == 0) zeros++;
            else if (weight == 1) ones++;
        }

        return new(zeros, ones);
    }
}
