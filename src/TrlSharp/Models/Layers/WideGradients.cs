using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>
/// Float32 sums for the gradients of weights of a shorter type, while a step gathers them. libtorch keeps a gradient in the type of its weight: that would be a second copy of all weights, and
/// one more rounding.
/// </summary>
internal static class WideGradients
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
}
