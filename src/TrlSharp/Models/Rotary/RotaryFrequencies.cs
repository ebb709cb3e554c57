using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Rotary;

/// <summary>
/// Inverse frequencies and how the known kinds of context extension change them (transformers, <c>modeling_rope_utils.py</c>). Computed with the same float32
/// operators as there, because an angle is a product with positions in the thousands. R rotated channels.
/// </summary>
internal static class RotaryFrequencies
{
    /// <summary>θ^(-2k/R), k = 0 … R/2 - 1: [R/2].</summary>
    public static Tensor Plain(double theta, int size)
    {
        using var scope = NewDisposeScope();
        return (Scalars.Of(1L) / pow(tensor((float)theta), Exponents(size))).MoveToOuterDisposeScope(); // [R/2]
    }

    /// <summary>θ grown so that a sequence of <paramref name="length"/> tokens fits ("NTK-aware", dynamic).</summary>
    public static Tensor Dynamic(double theta, int size, double factor, int maximum, int length)
    {
        var longest = Math.Max(length, maximum);
        return Plain(theta * Math.Pow(factor * longest / maximum - (factor - 1), size / (size - 2.0)), size); // [R/2]
    }

    /// <summary>Llama 3: long waves are slowed by the factor, short ones kept, those between interpolated.</summary>
    public static Tensor Llama3(double theta, int size, double factor, double lowFactor, double highFactor, double original)
    {
        using var scope = NewDisposeScope();
        var plain = Plain(theta, size); // [R/2]
        var wavelength = Scalars.Of(2 * Math.PI) / plain; // [R/2]
        var smooth = (Scalars.Of(original) / wavelength - Scalars.Of(lowFactor)) / Scalars.Of(highFactor - lowFactor); // [R/2]
        var between = (smooth.SubtractedFrom(1) * plain / Scalars.Of(factor)).Plus(smooth * plain); // [R/2]
        var slowed = where(wavelength > Scalars.Of(original / lowFactor), plain / Scalars.Of(factor), plain); // [R/2]
        var isBetween = (wavelength >= Scalars.Of(original / highFactor)).logical_and(wavelength <= Scalars.Of(original / lowFactor)); // [R/2]
        return where(isBetween, between, slowed).MoveToOuterDisposeScope(); // [R/2]
    }

    /// <summary>YaRN (Peng and others, arXiv:2309.00071): a linear ramp between kept and slowed frequencies.</summary>
    public static Tensor Yarn(double theta, int size, YarnSettings yarn)
    {
        using var scope = NewDisposeScope();
        double Channel(double turns) => size * Math.Log(yarn.Original / (turns * 2 * Math.PI)) / (2 * Math.Log(theta));
        var (low, high) = (Channel(yarn.BetaFast), Channel(yarn.BetaSlow));
        if (yarn.Truncate) (low, high) = (Math.Floor(low), Math.Ceiling(high));
        (low, high) = (Math.Max(low, 0), Math.Min(high, size - 1));
        if (low == high) high += 0.001;
        var ramp = ((Range(size / 2, 1).to(ScalarType.Float32) - Scalars.Of(low)) / Scalars.Of(high - low)).clamp(Scalars.Of(0L), Scalars.Of(1L)); // [R/2]
        var kept = ramp.SubtractedFrom(1); // [R/2]
        var plain = Plain(theta, size); // [R/2]
        return (plain / Scalars.Of(yarn.Factor) * kept.SubtractedFrom(1)).Plus(plain * kept).MoveToOuterDisposeScope(); // [R/2]
    }

    /// <summary>LongRoPE (Ding and others, arXiv:2402.13753): one searched factor per channel.</summary>
    public static Tensor LongRope(double theta, int size, IReadOnlyList<double> factors)
    {
        using var scope = NewDisposeScope();
        return (Scalars.Of(1L) / (tensor(factors.Select(f => (float)f).ToArray()) * pow(tensor((float)theta), Exponents(size)))).MoveToOuterDisposeScope(); // [R/2]
    }

    /// <summary>2k/R: [R/2].</summary>
    private static Tensor Exponents(int size) => Range(size, 2).to(ScalarType.Float32) / Scalars.Of((long)size); // [R/2]

    private static Tensor Range(int end, int step) => arange(Scalars.Of(0L), Scalars.Of((long)end), Scalars.Of((long)step), dtype: ScalarType.Int64);
}
