using TrlSharp.Models.Attention;
using TrlSharp.Models.Layers;
using TrlSharp.Models.Rotary;
using TrlSharp.Models.Weights;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Families;

/// <summary>
/// Cohere Command R (2024): attention and MLP beside each other behind one layer norm without bias, interleaved rotary channels, scaled logits, tied head.
/// Cohere 2 (arXiv:2504.00698) has windows with rotary positions in three of four layers, and no positions in the full ones.
/// </summary>
internal static class Cohere
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var perHead = config.Bool("use_qk_norm", false);
        return Build(config, root, 500_000, perHead, variant => variant);
    }

    public static Decoder BuildCohere2(ConfigReader config, ParameterScope root)
    {
        var types = LayerTypes.Read(config, LayerTypes.EveryNthFull(config.Size("sliding_window_pattern", 4)));
        CheckPublishedKeys(config);
        var windows = LayerTypes.Windows(config, types, 4096);
        return Build(config, root, 10_000, perHeadNorms: false, variant =>
        {
            var table = variant.Rotary(0);
            return variant with { Window = layer => windows[layer], Rotary = layer => types[layer] == LayerTypes.Sliding ? table : null };
        });
    }

    /// <summary>Command R7B and Command A say in several keys what <c>cohere2</c> implies.</summary>
    private static void CheckPublishedKeys(ConfigReader config)
    {
        config.Only("layer_switch", FormattableString.Invariant($"{config.Size("sliding_window_pattern", 4)}"));
        config.Only("order_of_interleaved_layers", "local_attn_first");
        config.Only("position_embedding_type", "rope_gptj");
        config.Only("rotary_pct", "1");
        foreach (var always in new[] { "use_embedding_sharing", "use_gated_activation", "use_parallel_block" }) config.Only(always, "true");
        foreach (var unused in new[] { "use_parallel_embedding", "_sliding_window_pattern" }) config.Has(unused);
    }

    private static Decoder Build(ConfigReader config, ParameterScope root, double theta, bool perHeadNorms, Func<LlamaVariant, LlamaVariant> change)
    {
        var heads = Heads.Read(config);
        var table = new RotaryReader(Theta: theta, Layout: RotaryLayout.Interleaved).Read(config, heads.Size);
        var bias = config.Bool("attention_bias", false);
        var variant = new LlamaVariant(heads, config.Double("layer_norm_eps", 1e-5), _ => table) { QueryKeyValueBias = bias, OutputBias = bias };
        var scale = config.Double("logit_scale", 0.0625);
        variant = change(variant) with
        {
            Projection = at => Projection(at, variant, perHeadNorms),
            FinalNorm = model => model.LayerNorm("norm", heads.Hidden, variant.Epsilon, bias: false).Forward,
            Block = (at, attention, mlp) => new ParallelBlock(at.LayerNorm("input_layernorm", heads.Hidden, variant.Epsilon, bias: false).Forward, attention, null, mlp),
            Names = new() { TiedByDefault = true },
        };
        return Llama.Build(config, root, variant) with { LogitTransform = logits => logits * Scalars.Of(scale) };
    }

    /// <summary>With layer norms that have their own weight for every head, before the rotation.</summary>
    private static Func<Tensor, QueryKeyValue> Projection(ParameterScope at, LlamaVariant variant, bool perHead)
    {
        var heads = variant.Heads;
        if (!perHead) return Projections.Separate(at, heads, variant.QueryKeyValueBias);
        LayerNorm Norm(string name, int count) => new(at[name].Parameter("weight", InitialValue.One, count, heads.Size), null, variant.Epsilon);
        return Projections.Separate(at, heads, variant.QueryKeyValueBias, Norm("q_norm", heads.Queries).Forward, Norm("k_norm", heads.KeyValues).Forward);
    }
}
