using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Families;

/// <summary>
/// EXAONE 4 (arXiv:2507.11407): norms after both parts and over the heads of queries and keys; with a window, the full layers have no positions.
/// </summary>
internal static class Exaone4
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var llama = Llama.Read(config, epsilon: 1e-5);
        const int Window = 4096;
        var isHybrid = config.SizeOrNull("sliding_window", Window) is not null;
        var pattern = Pattern(config);
        var types = LayerTypes.Read(config, layer => isHybrid ? pattern(layer) : LayerTypes.Full);
        var windows = LayerTypes.Windows(config, types, Window);
        var table = llama.Rotary(0);
        return Llama.Build(config, root, llama with
        {
            Window = layer => windows[layer],
            Rotary = layer => isHybrid && types[layer] == LayerTypes.Full ? null : table,
            Projection = at => Qwen3.NormedHeads(at, llama, bias: false),
            Block = (at, attention, mlp) => Olmo2.Block(llama, at, attention, mlp),
        });
    }

    /// <summary>Every n-th layer is full; the published files write "LLLG" for local and global instead of 4.</summary>
    private static Func<int, string> Pattern(ConfigReader config)
    {
        if (!config.IsText("sliding_window_pattern"))
            return config.Int("sliding_window_pattern", 4) is var n and > 0 ? LayerTypes.EveryNthFull(n) : _ => LayerTypes.Full;
        var letters = config.Text("sliding_window_pattern");
        if (letters.Length == 0 || letters.Any(c => c is not ('L' or 'G'))) throw config.Wrong("sliding_window_pattern", "a number, or letters L and G");
        var last = config.Size("num_hidden_layers") - 1;
        return layer => layer == last || letters[layer % letters.Length] == 'G' ? LayerTypes.Full : LayerTypes.Sliding;
    }
}
