using TrlSharp.Models.Experts;
using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models.Families;

/// <summary>Granite 3 MoE (IBM): Granite with a mixture whose experts are stored in one tensor; softmax over the chosen scores.</summary>
internal static class GraniteMoe
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var granite = Granite.Read(config);
        return Granite.Build(config, root, granite with { Mlp = (_, at) => Experts(config, at["block_sparse_moe"], granite.Heads.Hidden).Forward });
    }

    private static MixtureOfExperts Experts(ConfigReader config, ParameterScope at, int hidden)
    {
        var count = config.Size("num_local_experts", 8);
        var (chosen, inner) = (config.SizeUpTo("num_experts_per_tok", count, "num_local_experts", 2), config.Size("intermediate_size"));
        var activation = Activations.Find(config, "hidden_act", "silu");
        var router = at["router"].InnerLinear("layer", hidden, count);
        var into = at["input_linear"].Experts("weight", isInputsFirst: false, count, 2 * inner, hidden); // gate rows first
        var outOf = at["output_linear"].Experts("weight", isInputsFirst: false, count, hidden, inner);
        return new(x => Routers.TopThenSoftmax(router.Forward(x), chosen), count, () =>
        {
            // Taken apart once: the backward pass then puts the gradient together once, not once per expert.
            var (gateUp, down) = (into.Adapted().unbind(0), outOf.Adapted().unbind(0)); // E × [2F, D], E × [D, F]
            return (e, x) =>
            {
                var both = nn.functional.linear(x, gateUp[e]).chunk(2, -1); // 2 × [n, F]
                return nn.functional.linear(activation(both[0]) * both[1], down[e]); // [n, D]
            };
        });
    }
}
