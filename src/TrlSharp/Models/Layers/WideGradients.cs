using System.Runtime.CompilerServices;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>
/// Float32 sums for the gradients of weights of a shorter type, while a step gathers them. libtorch keeps a gradient in the type of its weight: that would be a second copy of all weights, and
/// one more rounding.
/// </summary>
internal static unsafe class WideGradients
{
    private static readonly ConditionalWeakTable<Tensor, Sum> Sums = [];

    /// <summary>Where products and tables add the gradient of a weight.</summary>
    /// <param name="value">float32, in the shape of the weight.</param>
    internal sealed class Sum(Tensor value)
    {
        public Tensor Value => value;

        /// <summary>Whether anything was added.</summary>
        public bool IsReached { get; set; }
    }

    /// <summary>From now on gradients of this weight go to the sum.</summary>
    public static void Open(Tensor weight, Sum sum) => Sums.AddOrUpdate(weight, sum);

    /// <summary>From now on they go where libtorch puts them.</summary>
    public static void Close(Tensor weight) => Sums.Remove(weight);

    /// <summary>The sum to add to; null where there is none.</summary>
    public static Tensor? Reach(Tensor weight)
    {
        if (!Sums.TryGetValue(weight, out var sum)) return null;
        sum.IsReached = true;
        return sum.Value;
    }

    /// <summary>sum += part, in one pass over both where they lie in memory as they are.</summary>
    /// <param name="sum">float32</param>
    /// <param name="part">Of any type, in the shape of the sum.</param>
    public static void Add(Tensor sum, Tensor part)
    {
        if (part.dtype != ScalarType.BFloat16 || !Lanes.Handles(part) || !sum.is_contiguous() || !part.is_contiguous())
        {
            sum.PlusInPlace(part);
            return;
        }

        var (to, from, count) = (Ops.DataPointer(sum), Ops.DataPointer(part), sum.numel());
        RowLoop.Run((count + Lanes.Width - 1) / Lanes.Width, Lanes.Width, (first, end) => Lanes.Add((ushort*)from, (float*)to, first * Lanes.Width, Math.Min(count, end * Lanes.Width)));
        GC.KeepAlive((sum, part));
    }
}
