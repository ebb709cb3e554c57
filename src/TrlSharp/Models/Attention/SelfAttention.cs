using TrlSharp.Models.Layers;
using TrlSharp.Models.Rotary;
using static TorchSharp.torch;

namespace TrlSharp.Models.Attention;

/// <summary>Multi-head attention with grouped key-value heads (Ainslie and others, arXiv:2305.13245). T tokens, D hidden size, N, K heads of H channels.</summary>
/// <param name="layer">0-based, for the caches.</param>
/// <param name="project">[T, D] → queries, keys, values: normed or clipped where the family does that before the rotation.</param>
/// <param name="output">[T, N·H] → [T, D]</param>
/// <param name="rule">Scale, window, soft cap, sinks.</param>
/// <param name="rotary">Null for layers without positions.</param>
internal sealed class SelfAttention(int layer, Func<Tensor, QueryKeyValue> project, Linear output, AttentionRule rule, RotaryEmbedding? rotary)
{
    /// <summary>Applied to queries and keys after the rotation (HunYuan); null for none.</summary>
    public (RmsNorm Query, RmsNorm Key)? NormsAfterRotation { get; init; }

    /// <summary>[T, D] → [T, D]</summary>
    public Tensor Forward(Tensor x, ForwardContext context)
    {
        using var scope = NewDisposeScope();
        var (query, key, value, gate) = project(x); // [T, N, H], [T, K, H], [T, K, H]
        if (rotary is not null)
        {
            var table = context.Rotation(rotary);
            (query, key) = (rotary.Apply(query, table), rotary.Apply(key, table)); // [T, N, H], [T, K, H]
        }

        if (NormsAfterRotation is { } norms) (query, key) = (norms.Query.Forward(query), norms.Key.Forward(key)); // [T, N, H], [T, K, H]
        var attended = PackedAttention.Attend(query, key, value, rule, context, layer); // [T, N·H]
        if (gate is not null) attended = attended * gate.sigmoid(); // [T, N·H]
        return output.Forward(attended).MoveToOuterDisposeScope(); // [T, D]
    }
}
