using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TrlSharp.Native;

namespace TrlSharp.Models.Attention;

/// <summary>One call of <see cref="DecodeAttention"/>; threads compute different heads of it. Which thread computes a head never changes the result.</summary>
internal sealed unsafe class DecodeAttentionJob(
    float* query, byte* newKeys, byte* newValues, float* result, float* sinks, CacheMemory[] memory, (int Heads, int Shared, int Key, int Value) sizes, float scale, float? cap,
    bool isHalf)
{
    private const int Lanes = 16;

    /// <summary>Keys that are multiplied together.</summary>
    private const int Together = 4;

    private readonly int _bytes = isHalf ? 2 : 4;

    /// <summary>A key-value head of a sequence, with the heads that read it.</summary>
    public void Run(int piece)
    {
        var (b, h) = (piece / sizes.Shared, piece % sizes.Shared);
        var cache = memory[b];
        fixed (float* scores = new float[cache.Count + Together])
        {
            var keys = Store(newKeys, b, h, cache.Keys, cache, sizes.Key);
            var values = Store(newValues, b, h, cache.Values, cache, sizes.Value);
            var group = sizes.Heads / sizes.Shared;
            for (var n = h * group; n < (h + 1) * group; n++)
            {
                Score(query + ((nint)b * sizes.Heads + n) * sizes.Key, keys, scores, cache.Count);
                Softmax(scores, cache.Count, sinks is null ? null : sinks + n);
                Mix(scores, values, result + ((nint)b * sizes.Heads + n) * sizes.Value, cache.Count);
            }
        }
    }

    /// <summary>Writes the new token behind the others and returns where the head's first one lies.</summary>
    private byte* Store(byte* added, int b, int h, nint at, CacheMemory cache, int size)
    {
        var first = (byte*)at + ((nint)h * cache.Capacity + cache.Start) * size * _bytes;
        Buffer.MemoryCopy(added + ((nint)b * sizes.Shared + h) * size * _bytes, first + (nint)(cache.Count - 1) * size * _bytes, size * _bytes, size * _bytes);
        return first;
    }

    /// <summary>score[j] = q·k[j] · scale, capped. May write up to three numbers behind the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Score(float* q, byte* keys, float* scores, int count)
    {
        var size = (nint)sizes.Key * _bytes;
        for (var j = 0; j < count; j += Together)
        {
            var last = count - 1 - j; // where fewer than four are left, the last one takes the place of the others
            byte* k = keys + (j * size), k1 = k + (Math.Min(1, last) * size), k2 = k + (Math.Min(2, last) * size), k3 = k + (Math.Min(3, last) * size);
            var four = isHalf ? DotHalf(q, (uint*)k, (uint*)k1, (uint*)k2, (uint*)k3) : Dot(q, (float*)k, (float*)k1, (float*)k2, (float*)k3);
            (four * scale).Store(scores + j);
        }

        if (cap is { } c) for (var j = 0; j < count; j++) scores[j] = c * MathF.Tanh(scores[j] / c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<float> Dot(float* q, float* k0, float* k1, float* k2, float* k3)
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        var i = 0;
        for (; i + Lanes <= sizes.Key; i += Lanes)
        {
            var v = Vector512.Load(q + i);
            (s0, s1) = (Vector512.FusedMultiplyAdd(v, Vector512.Load(k0 + i), s0), Vector512.FusedMultiplyAdd(v, Vector512.Load(k1 + i), s1));
            (s2, s3) = (Vector512.FusedMultiplyAdd(v, Vector512.Load(k2 + i), s2), Vector512.FusedMultiplyAdd(v, Vector512.Load(k3 + i), s3));
        }

        var sums = RowMatmulJob.Sums(s0, s1, s2, s3);
        for (; i < sizes.Key; i++) sums += Vector128.Create(k0[i], k1[i], k2[i], k3[i]) * q[i];
        return sums;
    }

    /// <summary>The query lies with its even channels before its odd ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<float> DotHalf(float* q, uint* k0, uint* k1, uint* k2, uint* k3)
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        var (half, i) = (sizes.Key / 2, 0);
        for (; i + Lanes <= half; i += Lanes)
        {
            var (even, odd) = (Vector512.Load(q + i), Vector512.Load(q + half + i));
            (s0, s1) = (Add(even, odd, k0 + i, s0), Add(even, odd, k1 + i, s1));
            (s2, s3) = (Add(even, odd, k2 + i, s2), Add(even, odd, k3 + i, s3));
        }

        var sums = RowMatmulJob.Sums(s0, s1, s2, s3);
        for (; i < half; i++)
            sums += Vector128.Create(Even(k0[i]), Even(k1[i]), Even(k2[i]), Even(k3[i])) * q[i] + Vector128.Create(Odd(k0[i]), Odd(k1[i]), Odd(k2[i]), Odd(k3[i])) * q[half + i];
        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Add(Vector512<float> even, Vector512<float> odd, uint* words, Vector512<float> sum)
    {
        var word = Vector512.Load(words);
        return Vector512.FusedMultiplyAdd(HalfProducts.Odd(word), odd, Vector512.FusedMultiplyAdd(HalfProducts.Even(word), even, sum));
    }

    /// <summary>A sink takes part in the sum and is then left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Softmax(float* scores, int count, float* sink)
    {
        var max = sink is null ? float.NegativeInfinity : *sink;
        var (most, i) = (Vector512.Create(max), 0);
        for (; i + Lanes <= count; i += Lanes) most = Vector512.Max(most, Vector512.Load(scores + i));
        for (var lane = 0; lane < Lanes; lane++) max = MathF.Max(max, most[lane]);
        for (; i < count; i++) max = MathF.Max(max, scores[i]);
        var sum = sink is null ? 0 : MathF.Exp(*sink - max);
        for (i = 0; i + Lanes <= count; i += Lanes)
        {
            var e = Vector512.Exp(Vector512.Load(scores + i) - Vector512.Create(max));
            e.Store(scores + i);
            sum += Vector512.Sum(e);
        }

        for (; i < count; i++) sum += scores[i] = MathF.Exp(scores[i] - max);
        for (i = 0; i + Lanes <= count; i += Lanes) (Vector512.Load(scores + i) / Vector512.Create(sum)).Store(scores + i);
        for (; i < count; i++) scores[i] /= sum;
    }

    /// <summary>Σ p[j]·v[j]</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Mix(float* p, byte* values, float* to, int count)
    {
        if (isHalf)
        {
            MixHalf(p, (uint*)values, to, count);
            return;
        }

        var v = (float*)values;
        var i = 0;
        for (; i + (Together * Lanes) <= sizes.Value; i += Together * Lanes)
        {
            Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
            var row = v + i;
            for (var j = 0; j < count; j++, row += sizes.Value)
            {
                var weight = Vector512.Create(p[j]);
                (s0, s1) = (Vector512.FusedMultiplyAdd(weight, Vector512.Load(row), s0), Vector512.FusedMultiplyAdd(weight, Vector512.Load(row + Lanes), s1));
                (s2, s3) = (Vector512.FusedMultiplyAdd(weight, Vector512.Load(row + (2 * Lanes)), s2), Vector512.FusedMultiplyAdd(weight, Vector512.Load(row + (3 * Lanes)), s3));
            }

            s0.Store(to + i);
            s1.Store(to + i + Lanes);
            s2.Store(to + i + (2 * Lanes));
            s3.Store(to + i + (3 * Lanes));
        }

        for (; i + Lanes <= sizes.Value; i += Lanes)
        {
            var sum = Vector512<float>.Zero;
            for (var j = 0; j < count; j++) sum = Vector512.FusedMultiplyAdd(Vector512.Create(p[j]), Vector512.Load(v + (nint)j * sizes.Value + i), sum);
            sum.Store(to + i);
        }

        for (; i < sizes.Value; i++)
        {
            to[i] = 0;
            for (var j = 0; j < count; j++) to[i] += p[j] * v[(nint)j * sizes.Value + i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MixHalf(float* p, uint* words, float* to, int count)
    {
        var (half, i) = (sizes.Value / 2, 0);
        for (; i + (2 * Lanes) <= half; i += 2 * Lanes)
        {
            Vector512<float> even = default, odd = default, nextEven = default, nextOdd = default;
            var row = words + i;
            for (var j = 0; j < count; j++, row += half)
            {
                var (word, next, weight) = (Vector512.Load(row), Vector512.Load(row + Lanes), Vector512.Create(p[j]));
                (even, odd) = (Vector512.FusedMultiplyAdd(weight, HalfProducts.Even(word), even), Vector512.FusedMultiplyAdd(weight, HalfProducts.Odd(word), odd));
                (nextEven, nextOdd) = (Vector512.FusedMultiplyAdd(weight, HalfProducts.Even(next), nextEven), Vector512.FusedMultiplyAdd(weight, HalfProducts.Odd(next), nextOdd));
            }

            Interleave(even, odd, to + (2 * i));
            Interleave(nextEven, nextOdd, to + (2 * (i + Lanes)));
        }

        for (; i + Lanes <= half; i += Lanes)
        {
            var (even, odd) = (Vector512<float>.Zero, Vector512<float>.Zero);
            for (var j = 0; j < count; j++)
            {
                var (word, weight) = (Vector512.Load(words + (nint)j * half + i), Vector512.Create(p[j]));
                (even, odd) = (Vector512.FusedMultiplyAdd(weight, HalfProducts.Even(word), even), Vector512.FusedMultiplyAdd(weight, HalfProducts.Odd(word), odd));
            }

            Interleave(even, odd, to + (2 * i));
        }

        for (; i < half; i++)
        {
            (to[2 * i], to[2 * i + 1]) = (0, 0);
            for (var j = 0; j < count; j++)
            {
                var word = words[(nint)j * half + i];
                (to[2 * i], to[2 * i + 1]) = (to[2 * i] + p[j] * Even(word), to[2 * i + 1] + p[j] * Odd(word));
            }
        }
    }

    private static void Interleave(Vector512<float> even, Vector512<float> odd, float* to)
    {
        for (var c = 0; c < Lanes; c++) (to[2 * c], to[(2 * c) + 1]) = (even[c], odd[c]);
    }

    private static float Even(uint word) => BitConverter.UInt32BitsToSingle(word << 16);

    private static float Odd(uint word) => BitConverter.UInt32BitsToSingle(word & 0xFFFF0000);
}
