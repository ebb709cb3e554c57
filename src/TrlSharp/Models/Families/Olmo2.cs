using TrlSharp.Models.Attention;
using TrlSharp.Models.Layers;
using TrlSharp.Models.Rotary;
using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models.Families;

/// <summary>
/// OLMo 2 (arXiv:2501.00656): norms after both parts instead of before, and over the whole projections of queries and keys. OLMo 3 adds windows in three of four
/// layers, and extends the context in the full ones only.
/// </summary>
internal static class Olmo2
{
    public static Decoder Build(ConfigReader config, ParameterScope root) => Llama.Build(config, root, Read(config, Llama.Read(config, epsilon: 1e-5)));

    public static Decoder BuildOlmo3(ConfigReader config, ParameterScope root)
    {
        const double Theta = 500_000;
        var types = LayerTypes.Read(config, LayerTypes.EveryNthFull(4));
        var windows = LayerTypes.Windows(config, types, 4096);
        var heads = Heads.Read(config);
        var full = new RotaryReader(Theta).Read(config, heads.Size, LayerTypes.Full);
        var isPerType = config.Section("rope_parameters")?.Has(LayerTypes.Sliding) ?? false;
        var local = isPerType ? new RotaryReader(Theta).Read(config, heads.Size, LayerTypes.Sliding) : new RotaryReader().Plain(Theta, heads.Size);
        var variant = new LlamaVariant(heads, config.Double("rms_norm_eps", 1e-5), layer => types[layer] == LayerTypes.Full ? full : local);
        return Llama.Build(config, root, Read(config, variant) with { Window = layer => windows[layer] });
    }

    private static LlamaVariant Read(ConfigReader config, LlamaVariant variant)
    {
        var bias = config.Bool("attention_bias", false);
        return variant with
        {
            NormKind = RmsNormKind.ScaleInFloat32,
            OutputBias = bias,
            Projection = at => WholeNorms(at, variant with { NormKind = RmsNormKind.ScaleInFloat32 }, bias),
            Block = (at, attention, mlp) => Block(variant with { NormKind = RmsNormKind.ScaleInFloat32 }, at, attention, mlp),
        };
    }

    /// <summary>Projections with a norm over all heads together.</summary>
    public static Func<Tensor, QueryKeyValue> WholeNorms(ParameterScope at, LlamaVariant variant, bool bias, double? clip = null)
    {
        var heads = variant.Heads;
        var query = at.RmsNorm("q_norm", heads.QuerySize, variant.Epsilon, variant.NormKind);
        var key = at.RmsNorm("k_norm", heads.KeyValueSize, variant.Epsilon, variant.NormKind);
        return Projections.Separate(at, heads, bias, clip: clip, wholeQuery: query.Forward, wholeKey: key.Forward);
    }

    public static PostNormBlock Block(LlamaVariant variant, ParameterScope at, Func<Tensor, ForwardContext, Tensor> attention, Func<Tensor, ForwardContext, Tensor> mlp)
    {
        var attentionNorm = at.RmsNorm("post_attention_layernorm", variant.Heads.Hidden, variant.Epsilon, variant.NormKind);
        var mlpNorm = at.RmsNorm("post_feedforward_layernorm", variant.Heads.Hidden, variant.Epsilon, variant.NormKind);
        return new(attention, attentionNorm.Forward, mlp, mlpNorm.Forward);
    }
}
