using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Families;

/// <summary>StarCoder 2 (arXiv:2402.19173): layer norms with biases, a plain MLP, one window for all layers, a tied head.</summary>
internal static class Starcoder2
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var llama = Llama.Read(config);
        var (hidden, inner, epsilon) = (llama.Heads.Hidden, config.Size("intermediate_size"), config.Double("norm_epsilon", 1e-5));
        var bias = config.Bool("use_bias", true);
        var activation = Activations.Find(config, "hidden_act", "gelu_pytorch_tanh");
        // Left over from GPT-BigCode in the published files; hidden_act and norm_epsilon decide.
        foreach (var unused in new[] { "activation_function", "layer_norm_epsilon", "attention_softmax_in_fp32", "scale_attention_softmax_in_fp32" }) config.Has(unused);
        config.Only("scale_attn_weights", "true");
        config.Only("mlp_type", "default");
        config.Only("norm_type", "layer_norm");
        int? window = config.Has("sliding_window") ? config.Size("sliding_window") : null;
        return Llama.Build(config, root, llama with
        {
            QueryKeyValueBias = bias,
            OutputBias = bias,
            Window = _ => window,
            Mlp = (_, at) => new Mlp(at["mlp"].Linear("c_fc", hidden, inner, bias), at["mlp"].Linear("c_proj", inner, hidden, bias), activation).Forward,
            FinalNorm = model => model.LayerNorm("norm", hidden, epsilon).Forward,
            Block = (at, attention, mlp) => new PreNormBlock(
                at.LayerNorm("input_layernorm", hidden, epsilon).Forward, attention, at.LayerNorm("post_attention_layernorm", hidden, epsilon).Forward, mlp),
            Names = new() { TiedByDefault = true },
        });
    }
}
