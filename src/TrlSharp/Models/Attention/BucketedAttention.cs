using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Attention;

/// <summary>
/// Plain causal attention over whole sequences, a kernel call for each bucket of about equal lengths, as one node of the graph. Padding stands behind a sequence, where no
/// query of it looks, and its own gradients are 0, so it changes nothing.
/// T tokens, P slots, N heads, K key-value heads, G = N / K, H head size, B sequences of padded length L.
/// </summary>
internal static class BucketedAttention
{
    /// <param name="query">[T, N, H]</param>
    /// <param name="key">[T, K, H]</param>
    /// <param name="value">[T, K, H]</param>
    /// <param name="buckets">The sequences.</param>
    /// <param name="scale">Factor on q·k.</param>
    /// <returns>[T, N·H]</returns>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, SequenceBuckets buckets, double scale)
    {
        using var scope = NewDisposeScope();
        var sums = new List<Tensor>();
        Tensor output;
        using (no_grad())
        {
            var (q, k, v) = Spread(query, key, value, buckets); // [P, N, H] each
            var parts = new List<Tensor>();
            foreach (var (start, count, length) in Slots(buckets))
            {
                var (part, logSums) = Ops.FlashAttention(Cut(q, start, count, length), Cut(k, start, count, length), Cut(v, start, count, length), scale); // [B, N, L, H]
                parts.Add(Join(part));
                sums.Add(logSums);
            }

            output = buckets.Gather(parts.Count == 1 ? parts[0] : cat(parts, 0)).flatten(1); // [T, N·H]
        }

        Tensor[] saved = [query, key, value, output, .. sums];
        var result = CustomGradient.Attach(output, [query, key, value], saved, (gradient, kept) => Backward(gradient, kept, buckets, scale));
        return result.MoveToOuterDisposeScope(); // [T, N·H]
    }

    private static Tensor?[] Backward(Tensor gradient, Tensor[] saved, SequenceBuckets buckets, double scale)
    {
        var (query, key, value) = (saved[0], saved[1], saved[2]);
        long[] heads = [query.size(1), query.size(2)];
        var (q, k, v) = Spread(query, key, value, buckets); // [P, N, H] each
        var outputs = buckets.Spread(saved[3].unflatten(1, heads)); // [P, N, H]
        var pulls = buckets.SpreadWithZeros(gradient.unflatten(1, heads)); // [P, N, H]
        var gradients = new List<(Tensor Query, Tensor Key, Tensor Value)>();
        foreach (var (start, count, length) in Slots(buckets))
        {
            var (dq, dk, dv) = Ops.FlashAttentionBackward(
                Cut(pulls, start, count, length), Cut(q, start, count, length), Cut(k, start, count, length), Cut(v, start, count, length),
                Cut(outputs, start, count, length), saved[4 + gradients.Count], scale); // [B, N, L, H] each
            gradients.Add((Join(dq), Join(dk), Join(dv)));
        }

        return
        [
            Whole(gradients.ConvertAll(g => g.Query), buckets),
            Grouped(Whole(gradients.ConvertAll(g => g.Key), buckets), key.size(1)),
            Grouped(Whole(gradients.ConvertAll(g => g.Value), buckets), key.size(1)),
        ];
    }

    /// <summary>Tokens to slots, and every key-value head as often as query heads share it.</summary>
    private static (Tensor Query, Tensor Key, Tensor Value) Spread(Tensor query, Tensor key, Tensor value, SequenceBuckets buckets)
    {
        var group = query.size(1) / key.size(1);
        Tensor Repeated(Tensor x) => group == 1 ? buckets.Spread(x) : buckets.Spread(x).repeat_interleave(group, 1); // [P, N, H]
        return (buckets.Spread(query), Repeated(key), Repeated(value));
    }

    private static Tensor Whole(List<Tensor> parts, SequenceBuckets buckets) => buckets.Gather(parts.Count == 1 ? parts[0] : cat(parts, 0)); // [T, N, H]

    private static Tensor Grouped(Tensor x, long keyHeads) => x.size(1) == keyHeads ? x : x.unflatten(1, [keyHeads, x.size(1) / keyHeads]).sum([2]); // [T, K, H]

    private static IEnumerable<(int Start, int Count, int Length)> Slots(SequenceBuckets buckets)
    {
        var start = 0;
        foreach (var (count, length) in buckets.Buckets)
        {
            yield return (start, count, length);
            start += count * length;
        }
    }

    private static Tensor Cut(Tensor x, int start, int count, int length) =>
        x.narrow(0, start, (long)count * length).unflatten(0, [count, length]).transpose(1, 2); // [B, N, L, H]

    private static Tensor Join(Tensor x) => x.transpose(1, 2).flatten(0, 1); // [B·L, N, H]
}
