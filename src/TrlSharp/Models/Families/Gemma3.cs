using TrlSharp.Models.Rotary;
using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Families;

/// <summary>
/// Gemma 3, text (arXiv:2503.19786): Gemma 2 with norms over the heads of queries and keys instead of soft caps, five windowed layers to one full, and a rotary
/// table for each of the two.
/// </summary>
internal static class Gemma3
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        config.Has("_sliding_window_pattern"); // Left over by transformers 5; layer_types decides.
        config.Has("attn_logit_softcapping"); // Read and then ignored by transformers too.
        var types = LayerTypes.Read(config, LayerTypes.EveryNthFull(config.Size("sliding_window_pattern", 6)));
        config.Has("sliding_window_pattern");
        var windows = LayerTypes.Windows(config, types, 4096);
        var variant = Gemma.Read(config);
        var full = new RotaryReader(Theta: 1_000_000).Read(config, variant.Heads.Size, LayerTypes.Full);
        var local = LocalRotary(config, variant.Heads.Size);
        variant = variant with
        {
            Scale = Math.Pow(config.Double("query_pre_attn_scalar", 256), -0.5),
            Window = layer => windows[layer],
            Rotary = layer => types[layer] == LayerTypes.Full ? full : local,
            Projection = at => Qwen3.NormedHeads(at, variant, variant.QueryKeyValueBias),
            Block = (at, attention, mlp) => Gemma2.Block(variant, at, attention, mlp),
        };
        return Llama.Build(config, root, variant) with
        {
            EmbeddingScale = Math.Sqrt(variant.Heads.Hidden),
            LogitTransform = Gemma2.SoftCap(config.DoubleOrNull("final_logit_softcapping", null)),
        };
    }

    /// <summary>In the old spelling <c>rope_scaling</c> and <c>rope_theta</c> belong to the full layers only.</summary>
    private static RotaryEmbedding LocalRotary(ConfigReader config, int headSize)
    {
        var theta = config.Double("rope_local_base_freq", 10_000);
        var section = RotaryReader.Section(config, LayerTypes.Sliding);
        return section is not null && (config.Section("rope_parameters")?.Has(LayerTypes.Sliding) ?? false)
            ? new RotaryReader(theta).Read(config, headSize, LayerTypes.Sliding)
            : new RotaryReader().Plain(theta, headSize);
    }
}
