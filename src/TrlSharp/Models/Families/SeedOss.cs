using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Families;

/// <summary>Seed-OSS (ByteDance, 2025): Llama with biases on queries, keys and values, and separately switched ones on the output.</summary>
internal static class SeedOss
{
    public static Decoder Build(ConfigReader config, ParameterScope root) => Llama.Build(config, root, Llama.Read(config, headSize: 128) with
    {
        QueryKeyValueBias = config.Bool("attention_bias", true),
        OutputBias = config.Bool("attention_out_bias", false),
        MlpBias = config.Bool("mlp_bias", false),
    });
}
