using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Attention;

/// <summary>The ways in which checkpoints hold the projections of queries, keys and values. T tokens, N, K heads of H channels.</summary>
internal static class Projections
{
    /// <summary>Three maps, <c>q_proj</c>, <c>k_proj</c>, <c>v_proj</c>.</summary>
    /// <param name="scope">The attention module.</param>
    /// <param name="heads">Sizes.</param>
    /// <param name="bias">Whether the maps have biases.</param>
    /// <param name="headQuery">Applied to the heads of queries, [T, N, H] → [T, N, H]; null for none.</param>
    /// <param name="headKey">Applied to the heads of keys.</param>
    /// <param name="wholeQuery">Applied to queries before they are split, [T, N·H] → [T, N·H]; null for none.</param>
    /// <param name="wholeKey">Applied to keys before they are split.</param>
    /// <param name="clip">Queries, keys and values are kept within ±clip, after <paramref name="wholeQuery"/>; null for no limit.</param>
    public static Func<Tensor, QueryKeyValue> Separate(
        ParameterScope scope, Heads heads, bool bias = false, Func<Tensor, Tensor>? headQuery = null, Func<Tensor, Tensor>? headKey = null,
        Func<Tensor, Tensor>? wholeQuery = null, Func<Tensor, Tensor>? wholeKey = null, double? clip = null)
    {
        var query = scope.Linear("q_proj", heads.Hidden, heads.QuerySize, bias);
        var key = scope.Linear("k_proj", heads.Hidden, heads.KeyValueSize, bias);
        var value = scope.Linear("v_proj", heads.Hidden, heads.KeyValueSize, bias);
        Tensor Finish(Tensor x, Func<Tensor, Tensor>? whole, Func<Tensor, Tensor>? head)
        {
            if (whole is not null) x = whole(x);
            if (clip is { } limit) x = x.clamp(Scalars.Of(-limit), Scalars.Of(limit));
            x = Split(x, heads);
            return head is null ? x : head(x); // [T, N or K, H]
        }

        return x =>
        {
            var all = Linear.Forward(x, query, key, value); // [T, N·H], [T, K·H], [T, K·H]
            return new(Finish(all[0], wholeQuery, headQuery), Finish(all[1], wholeKey, headKey), Finish(all[2], null, null));
        };
    }

    /// <summary>One map: all queries, then all keys, then all values.</summary>
    public static Func<Tensor, QueryKeyValue> Fused(ParameterScope scope, string name, Heads heads)
    {
        var all = scope.Linear(name, heads.Hidden, heads.QuerySize + 2 * heads.KeyValueSize);
        return x => Cut(all.Forward(x), heads);
    }

    /// <summary>[T, N·H + 2·K·H] → queries, keys, values.</summary>
    public static QueryKeyValue Cut(Tensor x, Heads heads) => new(
        Split(x.narrow(1, 0, heads.QuerySize), heads),
        Split(x.narrow(1, heads.QuerySize, heads.KeyValueSize), heads),
        Split(x.narrow(1, heads.QuerySize + heads.KeyValueSize, heads.KeyValueSize), heads));

    /// <summary>[T, n·H] → [T, n, H]</summary>
    public static Tensor Split(Tensor x, Heads heads) => x.unflatten(1, [x.size(1) / heads.Size, heads.Size]);
}
