using TrlSharp.Models.Attention;
using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Families;

/// <summary>OLMo (arXiv:2402.00838): Llama with layer norms that have no parameters, and optionally clipped queries, keys and values.</summary>
internal static class Olmo
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var norm = new LayerNorm(weight: null, bias: null, epsilon: 1e-5);
        var (llama, bias) = (Llama.Read(config), config.Bool("attention_bias", false));
        var clip = config.DoubleOrNull("clip_qkv", null);
        return Llama.Build(config, root, llama with
        {
            OutputBias = bias,
            Projection = at => Projections.Separate(at, llama.Heads, bias, clip: clip),
            FinalNorm = _ => norm.Forward,
            Block = (_, attention, mlp) => new PreNormBlock(norm.Forward, attention, norm.Forward, mlp),
        });
    }
}
