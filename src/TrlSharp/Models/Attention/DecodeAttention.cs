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
    private const long WorkPerThread = 1 << 17;

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
        var job = new DecodeAttentionJob(
            wide is null ? (float*)Ops.DataPointer(plain) : wide.Query, (byte*)Ops.DataPointer(newKeys), (byte*)Ops.DataPointer(newValues), wide is null ? (float*)Ops.DataPointer(result) : wide.Result,
            sinks is null ? null : (float*)Ops.DataPointer(sinks), memory, (heads, shared, keySize, valueSize), (float)rule.Scale, (float?)rule.SoftCap, isHalf);
        var work = memory.Sum(m => (long)m.Count) * heads * (keySize + valueSize);
        WorkTeam.Run(memory.Length * shared, (int)Math.Min(get_num_threads(), 1 + work / WorkPerThread), job.Run, followed: true);
        wide?.Round(Ops.DataPointer(result));
        GC.KeepAlive((plain, newKeys, newValues, sinks));
        return result.MoveToOuterDisposeScope(); // [B, N·H]
    }
}
