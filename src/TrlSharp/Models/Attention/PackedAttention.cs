using TrlSharp.Batches;
using TrlSharp.Models.Layers;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Attention;

/// <summary>
/// Causal attention over packed rows: one fused call per sequence, never a T × T mask (5 to 6 times faster), so nothing can leak between sequences.
/// T tokens, N heads, K key-value heads, G = N / K, H head size, B sequences of equal length, n queries, m keys.
/// </summary>
internal static class PackedAttention
{
    /// <summary>Queries per block where scores are formed explicitly.</summary>
    private const int ExplicitBlock = 512;

    /// <summary>Queries per block with a sliding window, at least.</summary>
    private const int SmallestWindowBlock = 128;

    /// <param name="query">[T, N, H]</param>
    /// <param name="key">[T, K, H]</param>
    /// <param name="value">[T, K, H or another size]</param>
    /// <param name="rule">Scale, window, soft cap, sinks.</param>
    /// <param name="context">The pass.</param>
    /// <param name="layer">0-based, for the caches.</param>
    /// <returns>[T, N · H]</returns>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionRule rule, ForwardContext context, int layer)
    {
        if (context.Caches is null && rule.IsPlain && AttendWhole(query, key, value, rule, context) is { } attended) return attended; // [T, N·H]
        if (DecodeAttention.Serves(query, value, context)) return DecodeAttention.Attend(query, key, value, rule, context.Caches!, layer);
        using var scope = NewDisposeScope();
        var starts = context.Layout.Starts;
        var results = new List<Tensor>();
        for (var s = 0; s < context.Layout.Count;)
        {
            var (start, length, count) = (starts[s], starts[s + 1] - starts[s], 1);
            var (q, k, v) = (query, key, value);
            if (context.Caches is { } caches)
            {
                (k, v) = caches[s].Layer(layer).Append(key.narrow(0, start, length), value.narrow(0, start, length), rule.Window);
                q = Split(query, start, count, length); // [1, N, n, H]
            }
            else if (context.Layout.PastOf(s) > 0)
            {
                (q, k, v) = (Split(query, start, 1, length), OnPath(key, context.Layout, s), OnPath(value, context.Layout, s)); // [1, N or K, n or m, H]
            }
            else
            {
                while (s + count < context.Layout.Count && starts[s + count + 1] - starts[s + count] == length && context.Layout.PastOf(s + count) == 0) count++;
                (q, k, v) = (Split(query, start, count, length), Split(key, start, count, length), Split(value, start, count, length)); // [B, N or K, n, H]
            }

            results.Add(AttendBlocks(q, k, v, rule, context).transpose(1, 2).reshape(count * length, -1)); // [B·n, N·H]
            s += count;
        }

        return (results.Count == 1 ? results[0] : cat(results, 0)).MoveToOuterDisposeScope(); // [T, N·H]
    }

    /// <summary>By a kernel over whole sequences; null where there is none for the case. Which one a sequence gets depends on nothing but the model, its own length and whether others continue it.</summary>
    private static Tensor? AttendWhole(Tensor query, Tensor key, Tensor value, AttentionRule rule, ForwardContext context)
    {
        var isEven = query.size(2) == value.size(2);
        if (!FlashAttention.Serves(query, key, value))
            return isEven && !(rule.Window < context.LongestSequence) && !context.Layout.HasParents ? BucketedAttention.Attend(query, key, value, context.Buckets, rule.Scale) : null; // [T, N·H]
        var split = context.Lengths;
        if (query.dtype != ScalarType.Float32 || rule.Window is not null || !isEven || !split.HasShort)
            return FlashAttention.Attend(query, key, value, context.Layout, rule.Scale, rule.Window); // [T, N·H]
        if (!split.HasLong) return BucketedAttention.Attend(query, key, value, context.Buckets, rule.Scale); // [T, N·H]
        using var scope = NewDisposeScope();
        Tensor Part(Tensor x, bool isLong) => split.Select(x, isLong); // [t, ...]
        var shortPart = BucketedAttention.Attend(Part(query, false), Part(key, false), Part(value, false), split.ShortBuckets!, rule.Scale); // [t, N·H]
        var longPart = FlashAttention.Attend(Part(query, true), Part(key, true), Part(value, true), split.Long, rule.Scale, null); // [t, N·H]
        return split.Join(shortPart, longPart).MoveToOuterDisposeScope(); // [T, N·H]
    }

    private static Tensor Split(Tensor x, int start, int count, int length) =>
        x.narrow(0, start, (long)count * length).unflatten(0, [count, length]).transpose(1, 2); // [B, N, n, H]

    /// <summary>The keys or values that a sequence sees: those of all that it continues, then its own.</summary>
    private static Tensor OnPath(Tensor x, SequenceLayout layout, int s) =>
        cat([.. layout.PathOf(s).Select(p => x.narrow(0, layout.Starts[p], layout.LengthOf(p)))], 0).transpose(0, 1).unsqueeze(0); // [1, N, m, H]

    /// <summary>Cuts queries into blocks where that spares work (a window) or memory (explicit scores).</summary>
    private static Tensor AttendBlocks(Tensor q, Tensor k, Tensor v, AttentionRule rule, ForwardContext context)
    {
        var (n, m) = ((int)q.size(2), (int)k.size(2));
        var block = !rule.IsPlain ? ExplicitBlock : rule.Window is { } w && w < m ? Math.Max(w, SmallestWindowBlock) : n;
        if (n <= block) return AttendBlock(q, k, v, rule, context);
        var results = new List<Tensor>();
        for (var first = 0; first < n; first += block)
        {
            var last = Math.Min(first + block, n);
            var keyEnd = m - n + last;
            var keyStart = rule.Window is { } window ? Math.Max(0, m - n + first - window + 1) : 0;
            results.Add(AttendBlock(
                q.narrow(2, first, last - first), k.narrow(2, keyStart, keyEnd - keyStart), v.narrow(2, keyStart, keyEnd - keyStart), rule, context));
        }

        return cat(results, 2); // [B, N, n, H]
    }

    /// <summary>The queries are the last n of the m tokens.</summary>
    private static Tensor AttendBlock(Tensor q, Tensor k, Tensor v, AttentionRule rule, ForwardContext context)
    {
        var (n, m) = ((int)q.size(2), (int)k.size(2));
        var window = rule.Window is { } w && w < m ? rule.Window : null;
        if (!rule.IsPlain) return AttendExplicitly(q, k, v, rule, n == 1 && window is null ? null : context.Mask(n, m, window));
        if (window is not null || (n > 1 && n < m)) return Ops.ScaledDotProductAttention(q, k, v, context.Mask(n, m, window), scale: rule.Scale);
        return Ops.ScaledDotProductAttention(q, k, v, causal: n > 1, scale: rule.Scale); // [B, N, n, H]
    }

    private static Tensor AttendExplicitly(Tensor q, Tensor k, Tensor v, AttentionRule rule, Tensor? mask)
    {
        var keyHeads = k.size(1);
        var grouped = q.unflatten(1, [keyHeads, q.size(1) / keyHeads]); // [B, K, G, n, H]
        var scores = grouped.matmul(k.unsqueeze(2).transpose(-2, -1)) * Scalars.Of(rule.Scale); // [B, K, G, n, m]
        if (rule.SoftCap is { } cap) scores = (scores / Scalars.Of(cap)).tanh() * Scalars.Of(cap); // [B, K, G, n, m]
        if (mask is not null) scores = scores.masked_fill(mask.logical_not(), Scalars.Of(double.NegativeInfinity)); // [B, K, G, n, m]
        var keys = scores.size(-1);
        if (rule.Sinks is { } sinks)
        {
            var column = sinks.Value.to(scores.dtype).view(1, keyHeads, -1, 1, 1).expand(scores.size(0), -1, -1, scores.size(3), 1); // [B, K, G, n, 1]
            scores = cat([scores, column], -1); // [B, K, G, n, m + 1]
        }

        var weights = scores.softmax(-1, Precision.Wide(scores.dtype)).to(q.dtype).narrow(-1, 0, keys); // [B, K, G, n, m]
        return weights.matmul(v.unsqueeze(2)).flatten(1, 2); // [B, N, n, H]
    }
}
