using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Attention;

/// <summary>How scores become weights.</summary>
/// <param name="Scale">Factor on q·k.</param>
/// <param name="Window">A query sees that many keys, itself included; null for all before it.</param>
/// <param name="SoftCap">c: scores become c·tanh(score / c), before the mask (Gemma 2); null for none.</param>
/// <param name="Sinks">One learned score per head that takes part in the softmax and is then dropped (gpt-oss); null for none.</param>
internal sealed record AttentionRule(double Scale, int? Window = null, double? SoftCap = null, NamedParameter? Sinks = null)
{
    /// <summary>Whether libtorch's fused kernel computes it.</summary>
    public bool IsPlain => SoftCap is null && Sinks is null;
}
