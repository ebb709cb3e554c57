using TrlSharp.Models.Attention;
using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Families;

/// <summary>Phi-1 to Phi-2 (arXiv:2309.05463): attention and MLP beside each other behind one layer norm, half of a head rotated, biases everywhere.</summary>
internal static class Phi
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var llama = Llama.Read(config, new(PartialFactor: 0.5));
        var (heads, hidden, epsilon) = (llama.Heads, llama.Heads.Hidden, config.Double("layer_norm_eps", 1e-5));
        var inner = config.Size("intermediate_size");
        var activation = Activations.Find(config, "hidden_act", "gelu_new");
        var normed = config.Bool("qk_layernorm", false);
        return Llama.Build(config, root, llama with
        {
            OutputBias = true,
            OutputName = "dense",
            Projection = at => normed
                ? Projections.Separate(
                    at, heads, bias: true, at.LayerNorm("q_layernorm", heads.Size, epsilon).Forward, at.LayerNorm("k_layernorm", heads.Size, epsilon).Forward)
                : Projections.Separate(at, heads, bias: true),
            Mlp = (_, at) => new Mlp(at["mlp"].Linear("fc1", hidden, inner, bias: true), at["mlp"].Linear("fc2", inner, hidden, bias: true), activation).Forward,
            Block = (at, attention, mlp) => new ParallelBlock(at.LayerNorm("input_layernorm", hidden, epsilon).Forward, attention, null, mlp),
            FinalNorm = model => model.LayerNorm("final_layernorm", hidden, epsilon).Forward,
            Names = new() { HeadBias = true },
        });
    }
}
