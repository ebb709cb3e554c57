using static TorchSharp.torch;
using static TrlSharp.Native.Dispatcher;

namespace TrlSharp.Native;

/// <summary>
/// Operators of libtorch that TorchSharp 0.107 does not offer, or offers without the arguments that models need. Differentiable like any other operator.
/// B batch, N heads, K key-value heads, T queries, S keys, H head size, D model size, V vocabulary.
/// </summary>
internal static class Ops
{
    /// <summary>softmax(q·kᵀ·scale + mask)·v, in the fused kernel where libtorch has one.</summary>
    /// <param name="query">[B, N, T, H]</param>
    /// <param name="key">[B, K, S, H]; K divides N, query head i uses key head i / (N / K).</param>
    /// <param name="value">[B, K, S, H or another size]</param>
    /// <param name="mask">Added to the scores (or, if of truth values, kept where true), broadcastable to [B, N, T, S]; null for none.</param>
    /// <param name="causal">Query t sees keys 0..t. Excludes <paramref name="mask"/>.</param>
    /// <param name="scale">Null for H^-0.5.</param>
    public static Tensor ScaledDotProductAttention(Tensor query, Tensor key, Tensor value, Tensor? mask = null, bool causal = false, double? scale = null)
    {
        var grouped = query.size(1) != key.size(1);
        return Call("aten::scaled_dot_product_attention"u8, default,
        [
            Of(query), Of(key), Of(value), Optional(mask), Double(0), Bool(causal), Optional(scale), Bool(grouped),
        ]); // [B, N, T, H]
    }

    /// <summary>Causal softmax(q·kᵀ·scale)·v, and log Σ exp of the scores, which <see cref="FlashAttentionBackward"/> needs. No graph; heads are not grouped.</summary>
    /// <param name="query">[B, N, T, H]</param>
    /// <param name="key">[B, N, T, H]</param>
    /// <param name="value">[B, N, T, H]</param>
    /// <param name="scale">Factor on q·k.</param>
    public static (Tensor Output, Tensor LogSums) FlashAttention(Tensor query, Tensor key, Tensor value, double scale)
    {
        Span<ulong> stack = [Of(query), Of(key), Of(value), Double(0), Bool(true), None, Optional(scale)];
        Invoke("aten::_scaled_dot_product_flash_attention_for_cpu"u8, default, stack);
        return (Result(stack[0]), Result(stack[1])); // [B, N, T, H], [B, N, T]
    }

    /// <summary>The gradients of query, key and value.</summary>
    public static (Tensor Query, Tensor Key, Tensor Value) FlashAttentionBackward(
        Tensor gradient, Tensor query, Tensor key, Tensor value, Tensor output, Tensor logSums, double scale)
    {
        Span<ulong> stack = [Of(gradient), Of(query), Of(key), Of(value), Of(output), Of(logSums), Double(0), Bool(true), None, Optional(scale)];
        Invoke("aten::_scaled_dot_product_flash_attention_for_cpu_backward"u8, default, stack);
        return (Result(stack[0]), Result(stack[1]), Result(stack[2])); // [B, N, T, H] each
    }

    /// <summary>x / sqrt(mean(x²) + epsilon) · weight over the last dimension, with accumulation in float32.</summary>
    public static Tensor RmsNorm(Tensor x, Tensor? weight, double epsilon) =>
        Call("aten::rms_norm"u8, default, [Of(x), List([x.size(-1)]), Optional(weight), Optional(epsilon)]); // as x

    /// <summary>Rows of a table.</summary>
    /// <param name="weight">[V, D]</param>
    /// <param name="indices">int64, any shape</param>
    /// <param name="paddingIndex">The row that gets no gradient; -1 for none.</param>
    public static Tensor Embedding(Tensor weight, Tensor indices, long paddingIndex = -1) =>
        Call("aten::embedding"u8, default, [Of(weight), Of(indices), Integer(paddingIndex), Bool(false), Bool(false)]); // [..., D]

    /// <summary>The same memory read as another element type; the last dimension changes accordingly.</summary>
    public static Tensor ViewAs(Tensor x, ScalarType type) => Call("aten::view"u8, "dtype"u8, [Of(x), Of(type)]);

    /// <summary>
    /// A contiguous tensor on the memory of <paramref name="x"/>, from its first element on, that autograd takes for independent: writing to one is not seen as a
    /// change of the other. Keeps the memory alive.
    /// </summary>
    public static Tensor Alias(Tensor x, ReadOnlySpan<long> shape) => Dispatcher.Alias(x, shape);

    /// <summary>Address of the first element. The caller keeps the tensor alive and contiguous.</summary>
    public static nint DataPointer(Tensor x) => Dispatcher.DataPointer(x);

    /// <summary>The numbers of a contiguous float32 tensor on the CPU where they lie. The caller keeps the tensor alive.</summary>
    public static unsafe ReadOnlySpan<float> Floats(Tensor x) => new((float*)DataPointer(x), checked((int)x.numel()));

    /// <summary>
    /// One AdamW step for all parameters in one call (Loshchilov and Hutter, arXiv:1711.05101), at the speed of memory.
    /// Lists run in parallel; <paramref name="steps"/> are float32 scalars, already counted up for this step.
    /// </summary>
    public static void FusedAdamW(
        ReadOnlySpan<Tensor> parameters, ReadOnlySpan<Tensor> gradients, ReadOnlySpan<Tensor> averages, ReadOnlySpan<Tensor> squareAverages,
        ReadOnlySpan<Tensor> steps, double learningRate, double beta1, double beta2, double weightDecay, double epsilon) =>
        Invoke("aten::_fused_adamw_"u8, default,
        [
            List(parameters), List(gradients), List(averages), List(squareAverages), List(ReadOnlySpan<Tensor>.Empty), List(steps),
            Double(learningRate), Double(beta1), Double(beta2), Double(weightDecay), Double(epsilon), Bool(false), Bool(false), None, None,
        ]);

    /// <summary>tensor[i] ← tensor[i] · factor, where the factor is a tensor without dimensions.</summary>
    public static void ForeachMultiply(ReadOnlySpan<Tensor> tensors, Tensor factor) =>
        Invoke("aten::_foreach_mul_"u8, "Tensor"u8, [List(tensors), Of(factor)]);

    /// <summary>The tensor itself where it is contiguous, else a copy: a second handle costs more than small products.</summary>
    public static Tensor Plain(Tensor x) => x.is_contiguous() ? x : x.contiguous();

    /// <summary>Whether any number of a contiguous float32 tensor on the CPU differs from these bits.</summary>
    public static unsafe bool HasOtherBits(Tensor x, int bits)
    {
        var first = (int*)DataPointer(x);
        var count = x.numel();
        for (var at = 0L; at < count; at += int.MaxValue)
            if (new ReadOnlySpan<int>(first + at, (int)Math.Min(int.MaxValue, count - at)).ContainsAnyExcept(bits)) return true;
        GC.KeepAlive(x);
        return false;
    }
}
