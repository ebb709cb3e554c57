using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Families;

/// <summary>Nemotron-4 and Minitron (arXiv:2402.16819): layer norms that multiply by 1 + w, an MLP with squared ReLU and no gate, half of a head rotated.</summary>
internal static class Nemotron
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var llama = Llama.Read(config, new(PartialFactor: 0.5));
        var (hidden, inner, epsilon) = (llama.Heads.Hidden, config.Size("intermediate_size"), config.Double("norm_eps", 1e-5));
        var (bias, mlpBias) = (config.Bool("attention_bias", false), config.Bool("mlp_bias", false));
        var activation = Activations.Find(config, "hidden_act", "relu2");
        return Llama.Build(config, root, llama with
        {
            QueryKeyValueBias = bias,
            OutputBias = bias,
            Mlp = (_, at) => new Mlp(at["mlp"].Linear("up_proj", hidden, inner, mlpBias), at["mlp"].Linear("down_proj", inner, hidden, mlpBias), activation).Forward,
            FinalNorm = model => model.LayerNorm("norm", hidden, epsilon, unitOffset: true).Forward,
            Block = (at, attention, mlp) => new PreNormBlock(
                at.LayerNorm("input_layernorm", hidden, epsilon, unitOffset: true).Forward, attention,
                at.LayerNorm("post_attention_layernorm", hidden, epsilon, unitOffset: true).Forward, mlp),
        });
    }
}
