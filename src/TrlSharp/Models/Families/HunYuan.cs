using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Families;

/// <summary>HunYuan dense (Tencent, 2025): Llama with norms over the heads of queries and keys after the rotation.</summary>
internal static class HunYuan
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var (llama, bias) = (Llama.Read(config, epsilon: 1e-5), config.Bool("attention_bias", false));
        return Llama.Build(config, root, llama with
        {
            QueryKeyValueBias = bias,
            OutputBias = bias,
            NormsAfterRotation = at => (at.RmsNorm("query_layernorm", llama.Heads.Size, llama.Epsilon), at.RmsNorm("key_layernorm", llama.Heads.Size, llama.Epsilon)),
        });
    }
}
