using TrlSharp.Models.Experts;
using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Families;

/// <summary>OLMoE (arXiv:2409.02060): Llama with a mixture of experts, and norms over the whole projections of queries and keys before they are clipped.</summary>
internal static class Olmoe
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var (llama, bias, clip) = (Llama.Read(config, epsilon: 1e-5), config.Bool("attention_bias", false), config.DoubleOrNull("clip_qkv", null));
        return Llama.Build(config, root, llama with
        {
            OutputBias = bias,
            Projection = at => Olmo2.WholeNorms(at, llama, bias, clip),
            Mlp = (_, at) => Experts(config, at["mlp"], llama.Heads.Hidden).Forward,
        });
    }

    private static MixtureOfExperts Experts(ConfigReader config, ParameterScope at, int hidden)
    {
        var count = config.Size("num_experts", 64);
        var (chosen, inner) = (config.SizeUpTo("num_experts_per_tok", count, "num_experts", 8), config.Size("intermediate_size"));
        var normalise = config.Bool("norm_topk_prob", false);
        var activation = Activations.Find(config, "hidden_act", "silu");
        var router = at.InnerLinear("gate", hidden, count);
        var experts = Enumerable.Range(0, count).Select(e => GatedMlp.CreateInner(at["experts", e], hidden, inner, activation)).ToList();
        return new(x => Routers.SoftmaxThenTop(router.Forward(x), chosen, normalise), count, () => (e, x) => experts[e].Forward(x));
    }
}
