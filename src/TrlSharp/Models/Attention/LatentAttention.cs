using TrlSharp.Models.Layers;
using TrlSharp.Models.Rotary;
using static TorchSharp.torch;

namespace TrlSharp.Models.Attention;

/// <summary>
/// Multi-head latent attention (DeepSeek-V2, arXiv:2405.04434): keys and values come from a small latent vector, positions from one rotary key that all heads share.
/// T tokens, N heads, P channels without and R channels with positions.
/// </summary>
/// <param name="layer">0-based, for the caches.</param>
/// <param name="query">[T, D] → [T, N·(P + R)]</param>
/// <param name="latent">[T, D] → [T, L + R]: the latent and the shared rotary key.</param>
/// <param name="expand">[T, L] → [T, N·(P + V)]: norm, then a key without position and a value for every head.</param>
/// <param name="output">[T, N·V] → [T, D]</param>
/// <param name="sizes">N, P and V.</param>
/// <param name="rule">Scale.</param>
/// <param name="rotary">For the R channels.</param>
internal sealed class LatentAttention(
    int layer, Func<Tensor, Tensor> query, Linear latent, Func<Tensor, Tensor> expand, Linear output, (int Heads, int Plain, int Value) sizes, AttentionRule rule,
    RotaryEmbedding rotary)
{
    /// <summary>[T, D] → [T, D]</summary>
    public Tensor Forward(Tensor x, ForwardContext context)
    {
        using var scope = NewDisposeScope();
        var table = context.Rotation(rotary);
        var (heads, plain, turned) = (sizes.Heads, sizes.Plain, rotary.Size);
        var q = query(x).unflatten(1, [heads, plain + turned]); // [T, N, P + R]
        q = cat([q.narrow(2, 0, plain), rotary.Apply(q.narrow(2, plain, turned), table)], -1); // [T, N, P + R]

        var compressed = latent.Forward(x); // [T, L + R]
        var rank = compressed.size(1) - turned;
        var shared = rotary.Apply(compressed.narrow(1, rank, turned).unsqueeze(1), table); // [T, 1, R]
        var expanded = expand(compressed.narrow(1, 0, rank)).unflatten(1, [heads, plain + sizes.Value]); // [T, N, P + V]
        var k = cat([expanded.narrow(2, 0, plain), shared.expand(-1, heads, -1)], -1); // [T, N, P + R]
        var v = expanded.narrow(2, plain, sizes.Value); // [T, N, V]
        return output.Forward(PackedAttention.Attend(q, k, v, rule, context, layer)).MoveToOuterDisposeScope(); // [T, D]
    }
}
