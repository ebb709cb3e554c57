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
        var isHybrid = config.Has("sliding_window");
        var pattern = config.Int("sliding_window_pattern", 4);
        var types = LayerTypes.Read(config, layer => isHybrid && pattern > 0 ? LayerTypes.EveryNthFull(pattern)(layer) : LayerTypes.Full);
        var windows = LayerTypes.Windows(config, types);
        var table = llama.Rotary(0);
        return Llama.Build(config, root, llama with
        {
            Window = layer => windows[layer],
            Rotary = layer => isHybrid && types[layer] == LayerTypes.Full ? null : table,
            Projection = at => Qwen3.NormedHeads(at, llama, bias: false),
            Block = (at, attention, mlp) => Olmo2.Block(llama, at, attention, mlp),
        });
    }
}
