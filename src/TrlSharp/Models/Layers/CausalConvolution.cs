using TrlSharp.Models.Weights;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>
/// A convolution over time of every channel by itself, which sees the present and the W - 1 tokens before it and stops at the start of a sequence.
/// T tokens, C channels, W taps.
/// </summary>
/// <param name="layer">0-based, for the caches.</param>
/// <param name="weight">[C, 1, W], the last tap on the present.</param>
/// <param name="bias">[C], or null.</param>
internal sealed class CausalConvolution(int layer, NamedParameter weight, NamedParameter? bias)
{
    private const string Past = "convolution";

    /// <summary>[T, C] → [T, C]</summary>
    public Tensor Forward(Tensor x, ForwardContext context)
    {
        context.RefuseParents("a convolution over time");
        using var scope = NewDisposeScope();
        var taps = weight.Value.squeeze(1).unbind(1); // W × [C]
        var result = context.Caches is null ? Whole(x, taps, context) : Continued(x, taps, context); // [T, C]
        return (bias is null ? result : result.Plus(bias.Value)).MoveToOuterDisposeScope(); // [T, C]
    }

    /// <summary>All sequences at once: shift the row, and blank what came from the sequence before.</summary>
    private static Tensor Whole(Tensor x, Tensor[] taps, ForwardContext context)
    {
        var result = x * taps[^1]; // [T, C]
        var length = x.size(0);
        for (var shift = 1; shift < taps.Length && shift < length; shift++)
        {
            var moved = cat([zeros([shift, x.size(1)], dtype: x.dtype, device: x.device), x.narrow(0, 0, length - shift)], 0); // [T, C]
            var isInside = (context.Positions >= Scalars.Of((long)shift)).unsqueeze(1); // [T, 1]
            result = result.Plus(moved.masked_fill(isInside.logical_not(), Scalars.Of(0L)) * taps[^(shift + 1)]); // [T, C]
        }

        return result;
    }

    /// <summary>Each sequence behind the last W - 1 inputs that its cache kept.</summary>
    private Tensor Continued(Tensor x, Tensor[] taps, ForwardContext context)
    {
        var (past, starts, results) = (taps.Length - 1, context.Layout.Starts, new List<Tensor>());
        for (var s = 0; s < context.Layout.Count; s++)
        {
            var cache = context.Caches![s].Layer(layer);
            var length = starts[s + 1] - starts[s];
            var before = cache.State(Past) ?? zeros([past, x.size(1)], dtype: x.dtype, device: x.device); // [W - 1, C]
            var all = cat([before, x.narrow(0, starts[s], length)], 0); // [W - 1 + n, C]
            results.Add(Enumerable.Range(0, taps.Length).Select(tap => all.narrow(0, tap, length) * taps[tap]).Aggregate((a, b) => a.Plus(b))); // [n, C]
            cache.SetState(Past, all.narrow(0, length, past).clone());
        }

        return cat(results, 0); // [T, C]
    }
}
