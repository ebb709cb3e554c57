using TrlSharp.Models.Layers;
using TrlSharp.Models.Rotary;
using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models.Families;

/// <summary>GLM-4 (arXiv:2406.12793): interleaved rotation of half a head, a fused gate. <c>glm4</c> (GLM-4-0414) adds norms after both parts.</summary>
internal static class Glm
{
    public static Decoder Build(ConfigReader config, ParameterScope root) => Llama.Build(config, root, Read(config));

    public static Decoder BuildGlm4(ConfigReader config, ParameterScope root)
    {
        var variant = Read(config);
        return Llama.Build(config, root, variant with { Block = (at, attention, mlp) => Block(variant, at, attention, mlp) });
    }

    private static LlamaVariant Read(ConfigReader config)
    {
        var llama = Llama.Read(config, new(PartialFactor: 0.5, Layout: RotaryLayout.Interleaved), headSize: 128, epsilon: 1.5625e-7);
        return llama with
        {
            QueryKeyValueBias = config.Bool("attention_bias", false),
            Mlp = (_, at) => FusedGatedMlp.Read(config, at["mlp"], llama.Heads.Hidden).Forward,
        };
    }

    private static SandwichBlock Block(LlamaVariant variant, ParameterScope at, Func<Tensor, ForwardContext, Tensor> attention, Func<Tensor, ForwardContext, Tensor> mlp)
    {
        Func<Tensor, Tensor> Norm(string name) => at.RmsNorm(name, variant.Heads.Hidden, variant.Epsilon).Forward;
        return new((Norm("input_layernorm"), Norm("post_self_attn_layernorm")), attention, (Norm("post_attention_layernorm"), Norm("post_mlp_layernorm")), mlp);
    }
}
