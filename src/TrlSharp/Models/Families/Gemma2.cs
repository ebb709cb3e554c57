using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Families;

/// <summary>Gemma 2 (arXiv:2408.00118): norms before and after both parts, soft caps on scores and logits, a window in every second layer.</summary>
internal static class Gemma2
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var windows = LayerTypes.Windows(config, LayerTypes.Read(config, layer => layer % 2 == 0 ? LayerTypes.Sliding : LayerTypes.Full), 4096);
        config.Only("sliding_window_size", FormattableString.Invariant($"{config.SizeOrNull("sliding_window", 4096)}"));
        var variant = Gemma.Read(config);
        variant = variant with
        {
            Scale = Math.Pow(config.Double("query_pre_attn_scalar", 256), -0.5),
            SoftCap = config.DoubleOrNull("attn_logit_softcapping", 50),
            Window = layer => windows[layer],
            Block = (at, attention, mlp) => Block(variant, at, attention, mlp),
        };
        return Llama.Build(config, root, variant) with
        {
            EmbeddingScale = Math.Sqrt(variant.Heads.Hidden),
            LogitTransform = SoftCap(config.DoubleOrNull("final_logit_softcapping", 30)),
        };
    }

    public static SandwichBlock Block(LlamaVariant variant, ParameterScope at, Func<Tensor, ForwardContext, Tensor> attention, Func<Tensor, ForwardContext, Tensor> mlp)
    {
        Func<Tensor, Tensor> Norm(string name) => at.RmsNorm(name, variant.Heads.Hidden, variant.Epsilon, variant.NormKind).Forward;
        return new(
            (Norm("input_layernorm"), Norm("post_attention_layernorm")), attention,
            (Norm("pre_feedforward_layernorm"), Norm("post_feedforward_layernorm")), mlp);
    }

    /// <summary>c·tanh(x / c), or nothing.</summary>
    public static Func<Tensor, Tensor>? SoftCap(double? cap) => cap is { } c ? x => (x / Scalars.Of(c)).tanh() * Scalars.Of(c) : null;
}
