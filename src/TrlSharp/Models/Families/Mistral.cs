using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Families;

/// <summary>Mistral (Jiang and others, arXiv:2310.06825): Llama with a sliding window. In Ministral <c>layer_types</c> says which layers have one.</summary>
internal static class Mistral
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        const int Window = 4096;
        var implied = config.SizeOrNull("sliding_window", Window) is null ? LayerTypes.Full : LayerTypes.Sliding;
        var windows = LayerTypes.Windows(config, LayerTypes.Read(config, _ => implied), Window);
        return Llama.Build(config, root, Llama.Read(config) with { Window = layer => windows[layer] });
    }
}
