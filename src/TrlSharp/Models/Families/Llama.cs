using TrlSharp.Models.Attention;
using TrlSharp.Models.Layers;
using TrlSharp.Models.Rotary;
using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models.Families;

/// <summary>
/// Llama 1 to 3 (Touvron and others, arXiv:2302.13971; Grattafiori and others, arXiv:2407.21783): RMS norms before attention and before a gated MLP,
/// rotary positions, grouped key-value heads. Most open models descend from it and are written as variants.
/// </summary>
internal static class Llama
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var bias = config.Bool("attention_bias", false);
        config.Only("rope_interleaved", "false"); // SmolLM 2.
        return Build(config, root, Read(config) with { QueryKeyValueBias = bias, OutputBias = bias, MlpBias = config.Bool("mlp_bias", false) });
    }

    /// <summary>What all descendants read alike.</summary>
    public static LlamaVariant Read(ConfigReader config, RotaryReader? rotary = null, int? headSize = null, double epsilon = 1e-6)
    {
        var heads = Heads.Read(config, headSize);
        var table = (rotary ?? new()).Read(config, heads.Size);
        return new(heads, config.Double("rms_norm_eps", epsilon), _ => table);
    }

    /// <summary>The decoder of a variant.</summary>
    public static Decoder Build(ConfigReader config, ParameterScope root, LlamaVariant variant)
    {
        var hidden = variant.Heads.Hidden;
        var decoder = DecoderBuilder.Build(
            config, root, hidden,
            (layer, at) =>
            {
                var attention = Attention(variant, layer, at["self_attn"]);
                var mlp = variant.Mlp is { } build ? build(layer, at) : GatedMlp.Read(config, at["mlp"], hidden, variant.MlpBias).Forward;
                return variant.Block is { } assemble ? assemble(at, attention.Forward, mlp) : PreNorm(variant, at, attention.Forward, mlp);
            },
            variant.FinalNorm ?? (model => model.RmsNorm("norm", hidden, variant.Epsilon, variant.NormKind).Forward),
            variant.Names);
        return decoder with { RestartAbove = variant.Rotary(0)?.RestartAbove };
    }

    private static SelfAttention Attention(LlamaVariant variant, int layer, ParameterScope at)
    {
        var heads = variant.Heads;
        var project = variant.Projection is { } build ? build(at) : Projections.Separate(at, heads, variant.QueryKeyValueBias);
        var output = at.Linear(variant.OutputName, heads.QuerySize, heads.Hidden, variant.OutputBias);
        var rule = new AttentionRule(variant.Scale ?? heads.Scale, variant.Window(layer), variant.SoftCap, variant.Sinks?.Invoke(at));
        return new(layer, project, output, rule, variant.Rotary(layer)) { NormsAfterRotation = variant.NormsAfterRotation?.Invoke(at) };
    }

    private static PreNormBlock PreNorm(
        LlamaVariant variant, ParameterScope at, Func<Tensor, ForwardContext, Tensor> attention, Func<Tensor, ForwardContext, Tensor> mlp)
    {
        var attentionNorm = at.RmsNorm("input_layernorm", variant.Heads.Hidden, variant.Epsilon, variant.NormKind);
        var mlpNorm = at.RmsNorm("post_attention_layernorm", variant.Heads.Hidden, variant.Epsilon, variant.NormKind);
        return new(attentionNorm.Forward, attention, mlpNorm.Forward, mlp);
    }
}
