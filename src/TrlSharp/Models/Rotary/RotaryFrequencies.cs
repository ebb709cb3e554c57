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
        var exponents = arange(0, size, 2, dtype: ScalarType.Int64).to(ScalarType.Float32) / size; // [R/2]
        return (1 / pow(tensor((float)theta), exponents)).MoveToOuterDisposeScope(); // [R/2]
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
        var wavelength = 2 * Math.PI / plain; // [R/2]
        var smooth = (original / wavelength - lowFactor) / (highFactor - lowFactor); // [R/2]
        var between = ((1 - smooth) * plain / factor).Plus(smooth * plain); // [R/2]
        var slowed = where(wavelength > original / lowFactor, plain / factor, plain); // [R/2]
        var isBetween = (wavelength >= original / highFactor).logical_and(wavelength <= original / lowFactor); // [R/2]
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
        var ramp = ((arange(0, size / 2, dtype: ScalarType.Float32) - low) / (high - low)).clamp(0, 1); // [R/2]
        var kept = 1 - ramp; // [R/2]
        var plain = Plain(theta, size); // [R/2]
        return (plain / yarn.Factor * (1 - kept)).Plus(plain * kept).MoveToOuterDisposeScope(); // [R/2]
    }

    /// <summary>LongRoPE (Ding and others, arXiv:2402.13753): one searched factor per channel.</summary>
    public static Tensor LongRope(double theta, int size, IReadOnlyList<double> factors)
    {
        using var scope = NewDisposeScope();
        var exponents = arange(0, size, 2, dtype: ScalarType.Int64).to(ScalarType.Float32) / size; // [R/2]
        return (1 / (tensor(factors.Select(f => (float)f).ToArray()) * pow(tensor((float)theta), exponents))).MoveToOuterDisposeScope(); // [R/2]
    }
}
