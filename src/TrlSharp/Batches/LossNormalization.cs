using System.Globalization;

namespace TrlSharp.Batches;

/// <summary>
/// What the weighted sum of a step's losses is divided by. The divisor is taken over the whole optimizer step, so that it does not matter how
/// the step was cut into micro-batches.
/// </summary>
public sealed record LossNormalization
{
    private LossNormalization(string name, double? fixedDivisor = null) => (Name, FixedDivisor) = (name, fixedDivisor);

    /// <summary>Σ weights: with weights of 0 and 1 the mean over trained tokens. The default.</summary>
    public static LossNormalization Token { get; } = new("token");

    /// <summary>The number of trained tokens, whatever their weights: a weight of 0.5 then halves a token's pull.</summary>
    public static LossNormalization Count { get; } = new("count");

    /// <summary>Every example counts the same: the mean over examples of the weighted mean over their tokens.</summary>
    public static LossNormalization Example { get; } = new("example");

    /// <summary>Every turn counts the same: the mean over runs of neighbouring trained tokens of the weighted mean over their tokens.</summary>
    public static LossNormalization Turn { get; } = new("turn");

    /// <summary><c>token</c>, <c>count</c>, <c>example</c>, <c>turn</c> or <c>fixed</c>.</summary>
    public string Name { get; }

    /// <summary>The divisor of every step for <c>fixed</c>; else null.</summary>
    public double? FixedDivisor { get; }

    /// <summary>The same divisor for every step, as in Dr. GRPO (arXiv:2503.20783): long examples pull as much as their tokens.</summary>
    public static LossNormalization Fixed(double divisor) => double.IsFinite(divisor) && divisor > 0
        ? new("fixed", divisor)
        : throw new ConfigException(string.Create(CultureInfo.InvariantCulture, $"normalize: the fixed divisor is {divisor}; it must be above 0."));

    /// <summary><c>token</c>, <c>count</c>, <c>example</c>, <c>turn</c> or <c>fixed:NUMBER</c>.</summary>
    /// <exception cref="ConfigException">Anything else.</exception>
    public static LossNormalization Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var known in (LossNormalization[])[Token, Count, Example, Turn])
            if (known.Name == text) return known;
        return text.StartsWith("fixed:", StringComparison.Ordinal) && double.TryParse(text.AsSpan(6), NumberStyles.Float, CultureInfo.InvariantCulture, out var divisor)
            ? Fixed(divisor)
            : throw new ConfigException($"normalize: \"{text}\" is not one of token, count, example, turn, fixed:NUMBER.");
    }

    /// <inheritdoc/>
    public override string ToString() => FixedDivisor is { } divisor ? string.Create(CultureInfo.InvariantCulture, $"fixed:{divisor:R}") : Name;
}
