using TrlSharp.Models.Attention;
using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models.Families;

/// <summary>
/// Qwen3-Next (Qwen, 2025): three layers of gated delta rule to one of gated attention, norms that multiply by 1 + w, a mixture with a shared expert.
/// </summary>
internal static class Qwen3Next
{
    private const string Linear = "linear_attention";

    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        root.Store.Ignore("mtp."); // Layers that predict several tokens at once; transformers does not load them either.
        var llama = Llama.Read(config, new(PartialFactor: 0.25), headSize: 256) with { NormKind = RmsNormKind.UnitOffset };
        var (heads, epsilon, bias) = (llama.Heads, llama.Epsilon, config.Bool("attention_bias", false));
        config.Only("use_sliding_window", "false");
        foreach (var unused in new[] { "sliding_window", "max_window_layers" }) config.Has(unused);
        var interval = config.Size("full_attention_interval", 4);
        var types = LayerTypes.Read(config, layer => (layer + 1) % interval == 0 ? LayerTypes.Full : Linear, LayerTypes.Full, Linear);
        return DecoderBuilder.Build(
            config, root, heads.Hidden,
            (layer, at) =>
            {
                var norm = at.RmsNorm("input_layernorm", heads.Hidden, epsilon, llama.NormKind);
                Func<Tensor, ForwardContext, Tensor> mix = types[layer] == Linear
                    ? new GatedDeltaNet(config, at["linear_attn"], layer, epsilon).Forward
                    : Attention(at["self_attn"], layer, llama, bias).Forward;
                var mlpNorm = at.RmsNorm("post_attention_layernorm", heads.Hidden, epsilon, llama.NormKind);
                var mlp = QwenMoe.Mlp(config, layer, at, hasSharedExpert: true, normaliseByDefault: true);
                return new PreNormBlock(norm.Forward, mix, mlpNorm.Forward, mlp);
            },
            model => model.RmsNorm("norm", heads.Hidden, epsilon, llama.NormKind).Forward);
    }

    /// <summary>Every head has, beside its query, a gate for its output.</summary>
    private static SelfAttention Attention(ParameterScope at, int layer, LlamaVariant llama, bool bias)
    {
        var heads = llama.Heads;
        var (queryNorm, keyNorm) = (at.RmsNorm("q_norm", heads.Size, llama.Epsilon, llama.NormKind), at.RmsNorm("k_norm", heads.Size, llama.Epsilon, llama.NormKind));
        var query = at.Linear("q_proj", heads.Hidden, 2 * heads.QuerySize, bias);
        var (key, value) = (at.Linear("k_proj", heads.Hidden, heads.KeyValueSize, bias), at.Linear("v_proj", heads.Hidden, heads.KeyValueSize, bias));
        QueryKeyValue Project(Tensor x)
        {
            var both = query.Forward(x).unflatten(1, [heads.Queries, 2, heads.Size]); // [T, N, 2, H]
            return new(
                queryNorm.Forward(both.select(2, 0)), keyNorm.Forward(Projections.Split(key.Forward(x), heads)), Projections.Split(value.Forward(x), heads),
                Gate: both.select(2, 1).flatten(1)); // [T, N·H]
        }

        return new(layer, Project, at.Linear("o_proj", heads.QuerySize, heads.Hidden, bias), new(heads.Scale), llama.Rotary(layer));
    }
}
