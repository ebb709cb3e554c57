using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Families;

/// <summary>Granite 3 and 4 dense (IBM): Llama with constant factors on embeddings, scores, residual branches and logits (Yang and others, arXiv:2203.03466).</summary>
internal static class Granite
{
    public static Decoder Build(ConfigReader config, ParameterScope root) => Build(config, root, Read(config) with { MlpBias = config.Bool("mlp_bias", false) });

    public static LlamaVariant Read(ConfigReader config)
    {
        var (llama, bias, factor) = (Llama.Read(config), config.Bool("attention_bias", false), config.Double("residual_multiplier", 1));
        return llama with
        {
            QueryKeyValueBias = bias,
            OutputBias = bias,
            Scale = config.Double("attention_multiplier", 1),
            Block = (at, attention, mlp) => Block(llama, at, Times(attention, factor), Times(mlp, factor)),
        };
    }

    public static Decoder Build(ConfigReader config, ParameterScope root, LlamaVariant variant)
    {
        var divisor = config.Double("logits_scaling", 1);
        return Llama.Build(config, root, variant) with
        {
            EmbeddingScale = config.Double("embedding_multiplier", 1),
            LogitTransform = logits => logits / Scalars.Of(divisor),
        };
    }

    private static PreNormBlock Block(LlamaVariant variant, ParameterScope at, Func<Tensor, ForwardContext, Tensor> attention, Func<Tensor, ForwardContext, Tensor> mlp)
    {
        var attentionNorm = at.RmsNorm("input_layernorm", variant.Heads.Hidden, variant.Epsilon);
        var mlpNorm = at.RmsNorm("post_attention_layernorm", variant.Heads.Hidden, variant.Epsilon);
        return new(attentionNorm.Forward, attention, mlpNorm.Forward, mlp);
    }

    private static Func<Tensor, ForwardContext, Tensor> Times(Func<Tensor, ForwardContext, Tensor> part, double factor) => (x, context) => part(x, context) * Scalars.Of(factor); // [T, D]
}
