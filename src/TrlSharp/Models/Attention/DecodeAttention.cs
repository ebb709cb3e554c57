using System.Runtime.Intrinsics;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Attention;

/// <summary>
/// Attention of one new token per sequence over the sequence's cache: all sequences of the batch in one call, where libtorch needs some twenty operators for each.
/// B sequences, N heads, K key-value heads, H head size, m cached tokens.
/// </summary>
internal static unsafe class DecodeAttention
{
    /// <summary>Multiplications below which a second thread costs more than it brings.</summary>
    private const long WorkPerThread = 1 << 19;

    private const int Lanes = 16;

    /// <summary>Whether <see cref="Attend"/> can be called: one token per sequence, inference mode, float32 or bfloat16 on a CPU with wide vectors.</summary>
    public static bool Serves(Tensor query, Tensor value, ForwardContext context) =>
        context.Caches is not null && context.Layout.Length == context.Layout.Count && Vector256.IsHardwareAccelerated && is_inference_mode_enabled()
        && query.device_type == TorchSharp.DeviceType.CPU && (query.dtype == ScalarType.Float32 || (query.dtype == ScalarType.BFloat16 && query.size(2) % 2 == 0 && value.size(2) % 2 == 0));

    /// <param name="query">[B, N, H]</param>
    /// <param name="key">[B, K, H]</param>
    /// <param name="value">[B, K, H or another size]</param>
    /// <param name="rule">Scale, window, soft cap, sinks.</param>
    /// <param name="caches">Of the B sequences; the new keys and values are added.</param>
    /// <param name="layer">0-based.</param>
    /// <returns>[B, N · size of a value]</returns>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionRule rule, IReadOnlyList<KeyValueCache> caches, int layer)
    {
        using var scope = NewDisposeScope();
        var isHalf = query.dtype == ScalarType.BFloat16;
        var (plain, newKeys, newValues) = (Ops.Plain(query), Ops.Plain(key), Ops.Plain(value)); // [B, N, H], [B, K, H]
        var sinks = rule.Sinks is { } s ? s.Value.to(ScalarType.Float32).contiguous() : null; // [N]
        var (heads, shared, keySize, valueSize) = ((int)query.size(1), (int)key.size(1), (int)key.size(2), (int)value.size(2));
        var result = empty([query.size(0), heads * valueSize], dtype: query.dtype); // [B, N·H]
        using var wide = isHalf ? new WideHeads(Ops.DataPointer(plain), caches.Count * heads, keySize, valueSize) : null;
        var memory = new CacheMemory[caches.Count];
        for (var b = 0; b < memory.Length; b++) memory[b] = caches[b].Layer(layer).Extend(newKeys, newValues, rule.Window);
        var job = new Job(
            wide is null ? (float*)Ops.DataPointer(plain) : wide.Query, (byte*)Ops.DataPointer(newKeys), (byte*)Ops.DataPointer(newValues), wide is null ? (float*)Ops.DataPointer(result) : wide.Result,
            sinks is null ? null : (float*)Ops.DataPointer(sinks), memory, (heads, shared, keySize, valueSize), (float)rule.Scale, (float?)rule.SoftCap, isHalf);
        var work = memory.Sum(m => (long)m.Count) * heads * (keySize + valueSize);
        var threads = (int)Math.Min(Math.Min(get_num_threads(), memory.Length), 1 + work / WorkPerThread);
        if (threads <= 1) for (var b = 0; b < memory.Length; b++) job.Run(b);
        else Parallel.For(0, memory.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, job.Run);
        wide?.Round(Ops.DataPointer(result));
        GC.KeepAlive((plain, newKeys, newValues, sinks));
        return result.MoveToOuterDisposeScope(); // [B, N·H]
    }

    private sealed class Job(
        float* query, byte* newKeys, byte* newValues, float* result, float* sinks, CacheMemory[] memory, (int Heads, int Shared, int Key, int Value) sizes, float scale, float? cap,
        bool isHalf)
    {
        private readonly int _bytes = isHalf ? 2 : 4;

        /// <summary>One sequence.</summary>
        public void Run(int b)
        {
            var cache = memory[b];
            var scores = new float[cache.Count + 1];
            fixed (float* p = scores)
            {
                for (var h = 0; h < sizes.Shared; h++)
                {
                    var keys = Store(newKeys, b, h, cache.Keys, cache, sizes.Key);
                    var values = Store(newValues, b, h, cache.Values, cache, sizes.Value);
                    var group = sizes.Heads / sizes.Shared;
                    for (var n = h * group; n < (h + 1) * group; n++)
                    {
                        Score(query + ((nint)b * sizes.Heads + n) * sizes.Key, keys, p, cache.Count);
                        Softmax(p, cache.Count, sinks is null ? null : sinks + n);
                        Mix(p, values, result + ((nint)b * sizes.Heads + n) * sizes.Value, cache.Count);
                    }
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

        /// <summary>score[j] = q·k[j] · scale, capped.</summary>
        private void Score(float* q, byte* keys, float* scores, int count)
        {
            for (var j = 0; j < count; j++)
            {
                var score = scale * (isHalf ? DotHalf(q, (uint*)(keys + (nint)j * sizes.Key * 2)) : Dot(q, (float*)keys + (nint)j * sizes.Key));
                scores[j] = cap is { } c ? c * MathF.Tanh(score / c) : score;
            }
        }

        private float Dot(float* q, float* k)
        {
            var sum = Vector512<float>.Zero;
            var i = 0;
            for (; i + Lanes <= sizes.Key; i += Lanes) sum = Vector512.FusedMultiplyAdd(Vector512.Load(q + i), Vector512.Load(k + i), sum);
            var total = Vector512.Sum(sum);
            for (; i < sizes.Key; i++) total += q[i] * k[i];
            return total;
        }

        /// <summary>The query lies with its even channels before its odd ones.</summary>
        private float DotHalf(float* q, uint* words)
        {
            var (sum, half, i) = (Vector512<float>.Zero, sizes.Key / 2, 0);
            for (; i + Lanes <= half; i += Lanes)
            {
                var word = Vector512.Load(words + i);
                sum = Vector512.FusedMultiplyAdd(HalfProducts.Even(word), Vector512.Load(q + i), sum);
                sum = Vector512.FusedMultiplyAdd(HalfProducts.Odd(word), Vector512.Load(q + half + i), sum);
            }

            var total = Vector512.Sum(sum);
            for (; i < half; i++) total += Even(words[i]) * q[i] + Odd(words[i]) * q[half + i];
            return total;
        }

        /// <summary>A sink takes part in the sum and is then left out.</summary>
        private static void Softmax(float* scores, int count, float* sink)
        {
            var max = sink is null ? float.NegativeInfinity : *sink;
            for (var j = 0; j < count; j++) max = MathF.Max(max, scores[j]);
            var (sum, i) = (sink is null ? 0 : MathF.Exp(*sink - max), 0);
            for (; i + Lanes <= count; i += Lanes)
            {
                var e = Vector512.Exp(Vector512.Load(scores + i) - Vector512.Create(max));
                e.Store(scores + i);
                sum += Vector512.Sum(e);
            }

            for (; i < count; i++) sum += scores[i] = MathF.Exp(scores[i] - max);
            for (i = 0; i < count; i++) scores[i] /= sum;
        }

        /// <summary>Σ p[j]·v[j]</summary>
        private void Mix(float* p, byte* values, float* to, int count)
        {
            if (isHalf)
            {
                MixHalf(p, (uint*)values, to, count);
                return;
            }

            var v = (float*)values;
            var i = 0;
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

        private void MixHalf(float* p, uint* words, float* to, int count)
        {
            var (half, i) = (sizes.Value / 2, 0);
            for (; i + Lanes <= half; i += Lanes)
            {
                var (even, odd) = (Vector512<float>.Zero, Vector512<float>.Zero);
                for (var j = 0; j < count; j++)
                {
                    var (word, weight) = (Vector512.Load(words + (nint)j * half + i), Vector512.Create(p[j]));
                    even = Vector512.FusedMultiplyAdd(weight, HalfProducts.Even(word), even);
                    odd = Vector512.FusedMultiplyAdd(weight, HalfProducts.Odd(word), odd);
                }

                for (var c = 0; c < Lanes; c++) (to[2 * (i + c)], to[2 * (i + c) + 1]) = (even[c], odd[c]);
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

        private static float Even(uint word) => BitConverter.UInt32BitsToSingle(word << 16);

        private static float Odd(uint word) => BitConverter.UInt32BitsToSingle(word & 0xFFFF0000);
    }
}
