using TrlSharp.Models.Rotary;
using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Families;

/// <summary>ERNIE 4.5 dense (Baidu, 2025): Llama with interleaved rotary channels, one switch for all biases, and a tied head.</summary>
internal static class Ernie
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var bias = config.Bool("use_bias", false);
        config.Only("use_rmsnorm", "true");
        config.Only("compression_ratio", "1");
        return Llama.Build(config, root, Llama.Read(config, new(Theta: 500_000, Layout: RotaryLayout.Interleaved), headSize: 128, epsilon: 1e-5) with
        {
            QueryKeyValueBias = bias,
            OutputBias = bias,
            MlpBias = bias,
            Names = new() { TiedByDefault = true },
        });
    }
}
