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

    /// <summary>Where products and tables add the gradient of a weight. What is in it before the first of them counts as nothing: the first puts its own there, which saves a pass over the memory.</summary>
    /// <param name="value">float32, in the shape of the weight.</param>
    internal sealed class Sum(Tensor value)
    {
        public Tensor Value => value;

        /// <summary>Whether anything was added.</summary>
        public bool IsReached { get; private set; }

        /// <summary>From now on nothing was added.</summary>
        public void Forget() => IsReached = false;

        /// <summary>To be asked by who is about to write every element: whether to add to what is there or to put its own in its place.</summary>
        public bool Reach()
        {
            var adds = IsReached;
            IsReached = true;
            return adds;
        }

        /// <summary>For who adds to some elements only, and for who reads: zeros where nothing was added.</summary>
        public Tensor Filled()
        {
            if (!Reach()) value.zero_();
            return value;
        }
    }

    /// <summary>From now on gradients of this weight go to the sum.</summary>
    public static void Open(Tensor weight, Sum sum) => Sums.AddOrUpdate(weight, sum);

    /// <summary>From now on they go where libtorch puts them.</summary>
    public static void Close(Tensor weight) => Sums.Remove(weight);

    /// <summary>The sum to add to; null where there is none.</summary>
    public static Sum? Find(Tensor weight) => Sums.TryGetValue(weight, out var sum) ? sum : null;

    /// <summary>sum += part, or sum = part, in one pass over both where they lie in memory as they are.</summary>
    /// <param name="sum">float32</param>
    /// <param name="part">Of any type, in the shape of the sum.</param>
    /// <param name="adds">False to put the part in the place of what is there.</param>
    public static void Add(Tensor sum, Tensor part, bool adds)
    {
        if (part.dtype != ScalarType.BFloat16 || !Lanes.Handles(part) || !sum.is_contiguous() || !part.is_contiguous())
        {
            if (adds) sum.PlusInPlace(part);
            else sum.copy_(part);
            return;
        }

        var (to, from, count) = (Ops.DataPointer(sum), Ops.DataPointer(part), sum.numel());
        RowLoop.Run((count + Lanes.Width - 1) / Lanes.Width, Lanes.Width, (first, end) =>
        {
            var (start, last) = (first * Lanes.Width, Math.Min(count, end * Lanes.Width));
            if (adds) Lanes.Add((ushort*)from, (float*)to, start, last);
            else Lanes.Copy((ushort*)from, (float*)to, start, last);
        });
        GC.KeepAlive((sum, part));
    }
}
