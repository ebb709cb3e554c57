using TrlSharp.Models.Experts;
using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Families;

/// <summary>Mixtral (arXiv:2401.04088): Mistral whose MLP is a mixture of experts.</summary>
internal static class Mixtral
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        int? window = config.Has("sliding_window") ? config.Size("sliding_window") : null;
        return Llama.Build(config, root, Llama.Read(config, new(Theta: 1_000_000), epsilon: 1e-5) with
        {
            Window = _ => window,
            Mlp = (_, at) => Experts(config, at["block_sparse_moe"]).Forward,
        });
    }

    private static MixtureOfExperts Experts(ConfigReader config, ParameterScope at)
    {
        var (hidden, inner) = (config.Size("hidden_size"), config.Size("intermediate_size"));
        var count = config.Size("num_local_experts", 8);
        var chosen = config.SizeUpTo("num_experts_per_tok", count, "num_local_experts", 2);
        var activation = Activations.Find(config, "hidden_act", "silu");
        var router = at.InnerLinear("gate", hidden, count);
        var experts = new GatedMlp[count];
        for (var e = 0; e < count; e++)
        {
            var place = at["experts", e];
            experts[e] = new(place.InnerLinear("w1", hidden, inner), place.InnerLinear("w3", hidden, inner), place.InnerLinear("w2", inner, hidden), activation);
        }

        return new(x => Routers.SoftmaxThenTop(router.Forward(x), chosen, normalise: true), count, () => (e, x) => experts[e].Forward(x));
    }
}
