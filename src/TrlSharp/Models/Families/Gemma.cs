using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models.Families;

/// <summary>Gemma (arXiv:2403.08295): Llama with norms that multiply by 1 + w, embeddings times √D, a GELU gate and a tied head.</summary>
internal static class Gemma
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var variant = Read(config);
        return Llama.Build(config, root, variant) with { EmbeddingScale = Math.Sqrt(variant.Heads.Hidden) };
    }

    /// <summary>What all generations read alike.</summary>
    public static LlamaVariant Read(ConfigReader config)
    {
        config.Only("use_bidirectional_attention", "false");
        var bias = config.Bool("attention_bias", false);
        var activation = Activation(config);
        var inner = config.Size("intermediate_size");
        var llama = Llama.Read(config, headSize: 256);
        return llama with
        {
            NormKind = RmsNormKind.UnitOffset,
            QueryKeyValueBias = bias,
            OutputBias = bias,
            Mlp = (_, at) => GatedMlp.Create(at["mlp"], llama.Heads.Hidden, inner, activation).Forward,
            Names = new() { TiedByDefault = true },
        };
    }

    /// <summary>Early files say "gelu" under <c>hidden_act</c> and mean its tanh form; <c>hidden_activation</c> means what it says.</summary>
    private static Func<Tensor, Tensor> Activation(ConfigReader config)
    {
        if (config.Has("hidden_activation")) return Activations.Find(config, "hidden_activation");
        return config.Text("hidden_act", "gelu") == "gelu" ? Activations.TanhGelu : Activations.Find(config, "hidden_act");
    }
}
