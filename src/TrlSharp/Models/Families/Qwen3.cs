using TrlSharp.Models.Attention;
using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models.Families;

/// <summary>Qwen3 (Yang and others, arXiv:2505.09388): Llama with an RMS norm over each head of queries and keys, before the rotation.</summary>
internal static class Qwen3
{
    public static Decoder Build(ConfigReader config, ParameterScope root) => Llama.Build(config, root, Read(config, headSize: 128));

    public static LlamaVariant Read(ConfigReader config, int? headSize = null)
    {
        var llama = Llama.Read(config, headSize: headSize);
        var bias = config.Bool("attention_bias", false);
        var windows = Qwen2.Windows(config);
        return llama with { OutputBias = bias, Window = layer => windows[layer], Projection = at => NormedHeads(at, llama, bias) };
    }

    /// <summary>Projections with a norm over the channels of a head, shared by all heads.</summary>
    public static Func<Tensor, QueryKeyValue> NormedHeads(ParameterScope at, LlamaVariant variant, bool bias)
    {
        var query = at.RmsNorm("q_norm", variant.Heads.Size, variant.Epsilon, variant.NormKind);
        var key = at.RmsNorm("k_norm", variant.Heads.Size, variant.Epsilon, variant.NormKind);
        return Projections.Separate(at, variant.Heads, bias, query.Forward, key.Forward);
    }
}
