using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models.Attention;

/// <summary>The ways in which checkpoints hold the projections of queries, keys and values. T tokens, N, K heads of H channels.</summary>
internal static class Projections
{
    /// <summary>Three maps, <c>q_proj</c>, <c>k_proj</c>, <c>v_proj</c>; optionally a function of the heads of queries and keys, such as a norm.</summary>
    public static Func<Tensor, QueryKeyValue> Separate(ParameterScope scope, Heads heads, bool bias = false, Func<Tensor, Tensor>? normQuery = null, Func<Tensor, Tensor>? normKey = null)
    {
        var query = scope.Linear("q_proj", heads.Hidden, heads.QuerySize, bias);
        var key = scope.Linear("k_proj", heads.Hidden, heads.KeyValueSize, bias);
        var value = scope.Linear("v_proj", heads.Hidden, heads.KeyValueSize, bias);
        return x =>
        {
            var (q, k) = (Split(query.Forward(x), heads), Split(key.Forward(x), heads)); // [T, N, H], [T, K, H]
            return new(normQuery is null ? q : normQuery(q), normKey is null ? k : normKey(k), Split(value.Forward(x), heads));
        };
    }

    /// <summary>[T, n·H] → [T, n, H]</summary>
    public static Tensor Split(Tensor x, Heads heads) => x.unflatten(1, [x.size(1) / heads.Size, heads.Size]);
}
