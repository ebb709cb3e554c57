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
    public static IReadOnlyList<int?> Windows(ConfigReader config) => Windows(config, (layer, limit) => layer >= limit);

    /// <summary>The windows of a relative that chooses its layers in another way.</summary>
    /// <param name="config">config.json.</param>
    /// <param name="slides">From a 0-based layer and <c>max_window_layers</c> to whether it has a window, where the file has no <c>layer_types</c>.</param>
    public static IReadOnlyList<int?> Windows(ConfigReader config, Func<int, int, bool> slides)
    {
        config.Only("use_mrope", "false");
        var limit = config.Int("max_window_layers", 28);
        var window = config.SizeOrNull("sliding_window", 4096);
        if (!config.Bool("use_sliding_window", false)) window = null;
        var types = LayerTypes.Read(config, layer => window is not null && slides(layer, limit) ? LayerTypes.Sliding : LayerTypes.Full);
        return [.. types.Select(type => type == LayerTypes.Sliding ? window : null)];
    }
}
