using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Families;

/// <summary>SmolLM3: Llama in which every fourth layer has no rotary positions (Yang and others, arXiv:2501.18795).</summary>
internal static class SmolLM3
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var interval = config.Size("no_rope_layer_interval", 4);
        var layers = config.Size("num_hidden_layers");
        // 1 means: rotary positions are used.
        var rotates = config.Ints("no_rope_layers") is { Count: > 0 } listed ? listed : [.. Enumerable.Range(1, layers).Select(n => n % interval == 0 ? 0 : 1)];
        if (rotates.Count < layers) throw config.Wrong("no_rope_layers", $"a list of num_hidden_layers = {layers} numbers");
        config.Has("max_window_layers"); // Left over in the published files; layers without rotation are the windowed ones.
        var usesWindow = config.Bool("use_sliding_window", false) && config.Has("sliding_window");
        var types = LayerTypes.Read(config, layer => usesWindow && rotates[layer] == 0 ? LayerTypes.Sliding : LayerTypes.Full);
        IReadOnlyList<int?> windows = usesWindow ? LayerTypes.Windows(config, types) : [.. types.Select(_ => (int?)null)];
        var llama = Llama.Read(config, new(Theta: 2_000_000));
        var (table, bias) = (llama.Rotary(0), config.Bool("attention_bias", false));
        return Llama.Build(config, root, llama with
        {
            QueryKeyValueBias = bias,
            OutputBias = bias,
            MlpBias = config.Bool("mlp_bias", false),
            Rotary = layer => rotates[layer] != 0 ? table : null,
            Window = layer => windows[layer],
            Names = new() { TiedByDefault = true },
        });
    }
}
