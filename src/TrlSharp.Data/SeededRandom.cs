using System.Numerics;

namespace TrlSharp;

/// <summary>
/// Random numbers that are the same on every machine, runtime and version: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
/// Not for secrets. Not safe for concurrent use.
/// </summary>
/// <param name="seed">Any value; equal seeds give equal sequences.</param>
public sealed class SeededRandom(ulong seed)
{
    private const ulong Increment = 0x9E3779B97F4A7C15;
    private ulong _state = seed;

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64()
    {
        var z = _state += Increment;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A uniform integer in [0, <paramref name="exclusiveMaximum"/>), without modulo bias.</summary>
    public int Next(int exclusiveMaximum)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMaximum);
        // Lemire, ACM TOMACS 29(1), 2019: multiply, and reject the few low products that would be too frequent.
        var range = (ulong)exclusiveMaximum;
        var threshold = (0 - range) % range;
        ulong low;
        ulong high;
        do high = Math.BigMul(NextUInt64(), range, out low);
        while (low < threshold);
        return (int)high;
    }

    /// <summary>A uniform real in [0, 1) with 53 random bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A uniform permutation in place (Fisher–Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>An independent generator for a numbered part of the work, so that parts can run in any order.</summary>
    public static SeededRandom ForPart(ulong seed, long part) =>
        new(BitOperations.RotateLeft(seed * Increment, 31) ^ unchecked((ulong)part * 0xD6E8FEB86659FD93));
}
