using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Families;

/// <summary>Qwen2 and Qwen2.5 (Yang and others, arXiv:2407.10671): Llama with biases on queries, keys and values.</summary>
internal static class Qwen2
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var windows = Windows(config);
        return Llama.Build(config, root, Llama.Read(config) with { QueryKeyValueBias = true, Window = layer => windows[layer] });
    }

    /// <summary>A window counts only if <c>use_sliding_window</c>, and then from layer <c>max_window_layers</c> on.</summary>
    public static IReadOnlyList<int?> Windows(ConfigReader config)
    {
        var first = config.Int("max_window_layers", 28);
        var types = LayerTypes.Read(config, layer => config.Bool("use_sliding_window", false) && config.Has("sliding_window") && layer >= first ? LayerTypes.Sliding : LayerTypes.Full);
        config.Has("sliding_window");
        return config.Bool("use_sliding_window", false) ? LayerTypes.Windows(config, types) : [.. types.Select(_ => (int?)null)];
    }
}
