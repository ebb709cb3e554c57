namespace TrlSharp.Models.Rotary;

/// <summary>The settings of YaRN (Peng and others, arXiv:2309.00071), with the defaults of transformers.</summary>
/// <param name="Factor">How much longer the context became.</param>
/// <param name="Original">The context before.</param>
/// <param name="Truncate">Whether the borders of the ramp are rounded to whole channels.</param>
internal sealed record YarnSettings(double Factor, double Original, bool Truncate)
{
    /// <summary>Channels that turn more often than that in the original context are kept.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>Channels that turn less often than that are slowed by the whole factor.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary><c>mscale</c>; 0 where absent.</summary>
    public double Scale { get; init; }

    /// <summary><c>mscale_all_dim</c>; 0 where absent.</summary>
    public double ScaleOfAll { get; init; }

    /// <summary><c>attention_factor</c>: replaces what follows from the others; null where absent.</summary>
    public double? AttentionFactor { get; init; }

    /// <summary>Factor on cosines and sines.</summary>
    public double Magnitude => AttentionFactor ?? (Scale != 0 && ScaleOfAll != 0 ? Growth(Scale) / Growth(ScaleOfAll) : Growth(1));

    /// <summary>g(m) = 0.1·m·ln(factor) + 1: how much scores grow with the context.</summary>
    public double Growth(double scale) => Factor <= 1 ? 1 : 0.1 * scale * Math.Log(Factor) + 1;
}
