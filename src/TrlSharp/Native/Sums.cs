using TorchSharp;
using static TorchSharp.torch;

namespace TrlSharp.Native;

/// <summary>
/// Sums of tensors. TorchSharp's own <c>a + b</c> makes a number 1, by which b is multiplied, that nothing holds while native code reads it: a collection on another thread can free it
/// in that moment, and the sum fails or is another one. Here the number lives as long as the program.
/// </summary>
internal static class Sums
{
    private static readonly Scalar One = 1;

    /// <summary>a + b, as a new tensor.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>a + b, in the place of a.</summary>
    public static Tensor PlusInPlace(this Tensor a, Tensor b) => a.add_(b, One);
}
