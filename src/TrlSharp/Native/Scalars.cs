using TorchSharp;
using static TorchSharp.torch;

namespace TrlSharp.Native;

/// <summary>
/// Numbers for tensor operations. TorchSharp turns a number into an object of libtorch (<c>x * 0.5</c>; even <c>a + b</c> makes the 1 by which b is multiplied) that nothing holds while native
/// code reads it: a collection on another thread can free it in that moment, and the operation fails or computes with another number. Numbers made here outlive the call. A test
/// reads the compiled code and lists every call that would make one elsewhere.
/// </summary>
internal static class Scalars
{
    /// <summary>More than any one expression uses.</summary>
    private const int Kept = 64;

    private static readonly Scalar One = 1;

    [ThreadStatic]
    private static Scalar?[]? _last;

    [ThreadStatic]
    private static int _next;

    /// <summary>A floating-point number, for the operations that this thread does next: it is freed when the thread has made 64 others.</summary>
    public static Scalar Of(double value) => Keep(value);

    /// <summary>The same for an integer, which leaves the type of integer tensors alone.</summary>
    public static Scalar Of(long value) => Keep(value);

    /// <summary>a + b, as a new tensor.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>a + b, as a new tensor.</summary>
    public static Tensor Plus(this Tensor a, double b) => a.add(Of(b), One);

    /// <summary>a + b, in the place of a.</summary>
    public static Tensor PlusInPlace(this Tensor a, Tensor b) => a.add_(b, One);

    /// <summary>a + b, in the place of a.</summary>
    public static Tensor PlusInPlace(this Tensor a, double b) => a.add_(Of(b), One);

    /// <summary>b - a, as a new tensor.</summary>
    public static Tensor SubtractedFrom(this Tensor a, double b) => a.neg().Plus(b);

    /// <summary>a², as a new tensor.</summary>
    public static Tensor Squared(this Tensor a) => a.pow(Of(2L));

    /// <summary>ln(1 + eᵃ), as a new tensor.</summary>
    public static Tensor Softplus(this Tensor a) => nn.functional.logsigmoid(a.neg()).neg();

    /// <summary>The length of a tensor taken as one vector.</summary>
    public static double Length(this Tensor a)
    {
        using var scope = NewDisposeScope();
        return a.norm().to(ScalarType.Float64).item<double>();
    }

    private static Scalar Keep(Scalar value)
    {
        var last = _last ??= new Scalar?[Kept];
        var place = _next++ & (Kept - 1);
        last[place]?.Dispose();
        return last[place] = value;
    }
}
