using System.Runtime.Intrinsics;
using TrlSharp.Batches;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Attention;

/// <summary>
/// Causal attention over packed sequences as one node of the graph, by our own kernel: every head of every sequence by itself, from where it lies in the packed rows, so there is no
/// padding, no copy and no mask, and a sequence comes out the same to the last bit whatever is beside it and however many threads there are. Only of a sequence that continues another the
/// keys and values are copied, behind those that it continues.
/// T tokens, U tokens of sequences that continue another with what they continue, N heads, K key-value heads, G = N / K, H head size.
/// </summary>
internal static unsafe class FlashAttention
{
    /// <summary>
    /// Shorter sequences in float32 are left to libtorch's kernel. Forward and backward, one thread, 2,048 tokens, 8 heads of 64, milliseconds of ours against libtorch's: sequences of 32 35 : 27, of 64
    /// 22 : 25, of 128 28 : 33, of 256 35 : 47, of 512 49 : 82. In bfloat16 ours takes a third at every length. (<c>attention</c> of the benchmarks.)
    /// </summary>
    public const int ShortestInFloat32 = 64;

    /// <summary>Whether <see cref="Attend"/> can be called: float32 or bfloat16 on a processor with vectors of 512 bits.</summary>
    public static bool Serves(Tensor query, Tensor key, Tensor value) =>
        Vector512.IsHardwareAccelerated && Lanes.Handles(query) && key.dtype == query.dtype && value.dtype == query.dtype;

    /// <param name="query">[T, N, H]</param>
    /// <param name="key">[T, K, H]; query head i uses key head i / G.</param>
    /// <param name="value">[T, K, H or another size]</param>
    /// <param name="layout">Where sequences begin.</param>
    /// <param name="scale">Factor on q·k.</param>
    /// <param name="window">Keys that a query sees, itself included; null for all before it.</param>
    /// <returns>[T, N · size of a value]</returns>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, SequenceLayout layout, double scale, int? window)
    {
        using var scope = NewDisposeScope();
        Tensor output, sums;
        using (no_grad())
        {
            output = empty([query.size(0), query.size(1), value.size(2)], dtype: query.dtype); // [T, N, H]
            sums = empty([2, query.size(1), query.size(0)], dtype: ScalarType.Float32); // [2, N, T]
            Forward(Plain(query), Plain(key), Plain(value), output, sums, layout, (float)scale, window ?? int.MaxValue);
        }

        var result = CustomGradient.Attach(
            output, [query, key, value], [query, key, value, output, sums], (gradient, saved) => Backward(gradient, saved, layout, (float)scale, window ?? int.MaxValue));
        return result.flatten(1).MoveToOuterDisposeScope(); // [T, N·H]
    }

    private static void Forward(Tensor query, Tensor key, Tensor value, Tensor output, Tensor sums, SequenceLayout layout, float scale, int window)
    {
        var paths = new KeyPaths(layout);
        var (pathKey, pathValue) = (paths.Gather(key), paths.Gather(value)); // [U, K, H]
        var (q, k, v, o) = (HeadMemory.Of(query), HeadMemory.Of(key), HeadMemory.Of(value), HeadMemory.Of(output));
        var (pk, pv) = (HeadMemory.Of(pathKey), HeadMemory.Of(pathValue));
        var (largest, tokens, group) = (Ops.DataPointer(sums), query.size(0), (int)(query.size(1) / key.size(1)));
        var inverse = largest + (nint)(tokens * query.size(1) * sizeof(float));
        ForEachHead(paths, (int)query.size(1), longest => new AttentionForward(longest, k.Size, v.Size), (worker, s, head) =>
        {
            var (start, keys, past, own) = (paths.QueryStart(s), paths.KeyStart(s), paths.Past(s), head / group);
            var (key, value) = past == 0 ? (k, v) : (pk, pv);
            worker.Run(
                new(q, start, head), new(key, keys, own), new(value, keys, own), new(o, start, head),
                (float*)largest + (head * tokens) + start, (float*)inverse + (head * tokens) + start, paths.Length(s), scale, window, past);
        });
        GC.KeepAlive((query, key, value, pathKey, pathValue));
    }

    private static Tensor?[] Backward(Tensor gradient, Tensor[] saved, SequenceLayout layout, float scale, int window)
    {
        var (query, key, value, output, kept) = (Plain(saved[0]), Plain(saved[1]), Plain(saved[2]), saved[3], saved[4]);
        var pull = Plain(gradient); // [T, N, H]
        var group = (int)(query.size(1) / key.size(1));
        var paths = new KeyPaths(layout);
        var (pathKey, pathValue) = (paths.Gather(key), paths.Gather(value)); // [U, K, H]
        // Each query head has a share of the gradient of its key head, and so has each sequence that continues it: summed in their order, and in float32.
        Tensor Shares(Tensor x) => group == 1 && !layout.HasParents ? empty_like(x) : empty([x.size(0), query.size(1), x.size(2)], dtype: ScalarType.Float32); // [T or U, N, H]
        var (queryGradient, keyShares, valueShares) = (empty(query.shape, dtype: query.dtype), Shares(key), Shares(value)); // [T, N, H]
        var (pathKeyShares, pathValueShares) = layout.HasParents ? (Shares(pathKey), Shares(pathValue)) : (keyShares, valueShares); // [U, N, H]
        var (q, k, v, o, g) = (HeadMemory.Of(query), HeadMemory.Of(key), HeadMemory.Of(value), HeadMemory.Of(output), HeadMemory.Of(pull));
        var (dq, dk, dv) = (HeadMemory.Of(queryGradient), HeadMemory.Of(keyShares), HeadMemory.Of(valueShares));
        var (pk, pv, dpk, dpv) = (HeadMemory.Of(pathKey), HeadMemory.Of(pathValue), HeadMemory.Of(pathKeyShares), HeadMemory.Of(pathValueShares));
        var (largest, tokens) = (Ops.DataPointer(kept), query.size(0));
        var inverse = largest + (nint)(tokens * query.size(1) * sizeof(float));
        ForEachHead(paths, (int)query.size(1), longest => new AttentionBackward(longest, k.Size, v.Size), (worker, s, head) =>
        {
            var (start, keys, past, own) = (paths.QueryStart(s), paths.KeyStart(s), paths.Past(s), head / group);
            var (key, value, keyGradient, valueGradient) = past == 0 ? (k, v, dk, dv) : (pk, pv, dpk, dpv);
            worker.Run(
                new(new(q, start, head), new(key, keys, own), new(value, keys, own), new(o, start, head), new(g, start, head)),
                new(new(dq, start, head), new(keyGradient, keys, head), new(valueGradient, keys, head)),
                (float*)largest + (head * tokens) + start, (float*)inverse + (head * tokens) + start, paths.Length(s), scale, window, past);
        });
        GC.KeepAlive((query, key, value, pull, pathKey, pathValue));
        paths.Scatter(pathKeyShares, keyShares);
        paths.Scatter(pathValueShares, valueShares);
        return [queryGradient, Grouped(keyShares, key), Grouped(valueShares, value)];
    }

    private static Tensor Plain(Tensor x) => x.stride(2) == 1 ? x : x.contiguous(); // [T, N, H]

    private static Tensor Grouped(Tensor shares, Tensor x) =>
        (shares.size(1) == x.size(1) ? shares : shares.unflatten(1, [x.size(1), shares.size(1) / x.size(1)]).sum([2])).to_type(x.dtype); // [T, K, H]

    /// <summary>Every head of every sequence, the longest sequences first; threads take the next one when they are done.</summary>
    private static void ForEachHead<TWorker>(KeyPaths paths, int heads, Func<int, TWorker> create, Action<TWorker, int, int> run)
        where TWorker : IDisposable
    {
        int[] sequences = [.. Enumerable.Range(0, paths.Count).Where(s => paths.Length(s) > paths.Past(s)).OrderByDescending(paths.Length)];
        PieceLoop.Run(
            sequences.Length * heads, get_num_threads(), () => create(paths.Length(sequences[0])), (worker, piece) => run(worker, sequences[piece / heads], piece % heads));
    }
}
