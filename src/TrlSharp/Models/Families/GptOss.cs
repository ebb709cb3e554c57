using TrlSharp.Models.Attention;
using TrlSharp.Models.Experts;
using TrlSharp.Models.Layers;
using TrlSharp.Models.Rotary;
using TrlSharp.Models.Weights;
using TrlSharp.Native;

namespace TrlSharp.Models.Families;

/// <summary>
/// gpt-oss (OpenAI, arXiv:2508.10925): attention with a learned sink per head, a window in every second layer, and a mixture of experts with clamped, interleaved gates.
/// </summary>
internal static class GptOss
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var types = LayerTypes.Read(config, layer => layer % 2 == 0 ? LayerTypes.Sliding : LayerTypes.Full);
        var windows = LayerTypes.Windows(config, types, 128);
        var heads = Heads.Read(config, defaultSize: 64);
        var rotary = Rotary(config, heads.Size);
        var bias = config.Bool("attention_bias", true);
        config.Has("initial_context_length"); // Repeats what the rotary settings say.
        return Llama.Build(config, root, new(heads, config.Double("rms_norm_eps", 1e-5), _ => rotary)
        {
            NormKind = RmsNormKind.ScaleInFloat32,
            QueryKeyValueBias = bias,
            OutputBias = bias,
            Window = layer => windows[layer],
            Sinks = at => at.Parameter("sinks", InitialValue.Normal, heads.Queries),
            Mlp = (_, at) => Experts(config, at["mlp"], heads.Hidden).Forward,
        });
    }

    /// <summary>A config without any rotary setting means YaRN with these numbers.</summary>
    private static RotaryEmbedding Rotary(ConfigReader config, int headSize)
    {
        const double Theta = 150_000;
        if (config.Has("rope_parameters") || config.Has("rope_scaling")) return new RotaryReader(Theta).Read(config, headSize);
        return new RotaryReader(Theta).Yarn(config.Double("rope_theta", Theta), headSize, new(Factor: 32, Original: 4096, Truncate: false));
    }

    private static MixtureOfExperts Experts(ConfigReader config, ParameterScope at, int hidden)
    {
        config.Only("hidden_act", "silu");
        var count = config.Size("num_local_experts", 128);
        var (chosen, inner) = (config.SizeUpTo("num_experts_per_tok", count, "num_local_experts", 4), config.Size("intermediate_size"));
        config.Only("experts_per_token", FormattableString.Invariant($"{chosen}"));
        var (limit, alpha) = (config.Double("swiglu_limit", 7), config.Double("swiglu_alpha", 1.702));
        var router = at.InnerLinear("router", hidden, count, bias: true);
        var place = at["experts"];
        var gateUp = place.Experts("gate_up_proj", isInputsFirst: true, count, hidden, 2 * inner);
        var gateUpBias = place.Parameter("gate_up_proj_bias", InitialValue.Zero, count, 2 * inner);
        var down = place.Experts("down_proj", isInputsFirst: true, count, inner, hidden);
        var downBias = place.Parameter("down_proj_bias", InitialValue.Zero, count, hidden);
        return new(x => Routers.TopThenSoftmax(router.Forward(x), chosen), count, () =>
        {
            var (into, intoBias) = (gateUp.Adapted().unbind(0), gateUpBias.Value.unbind(0)); // E × [D, 2F], E × [2F]
            var (outOf, outOfBias) = (down.Adapted().unbind(0), downBias.Value.unbind(0)); // E × [F, D], E × [D]
            return (e, x) =>
            {
                var both = x.matmul(into[e]).Plus(intoBias[e]).unflatten(1, [inner, 2]); // [n, F, 2]: gate and up alternate
                var gate = both.select(2, 0).clamp_max(Scalars.Of(limit)); // [n, F]
                var up = both.select(2, 1).clamp(Scalars.Of(-limit), Scalars.Of(limit)); // [n, F]
                return (up.Plus(1) * gate * (gate * Scalars.Of(alpha)).sigmoid()).matmul(outOf[e]).Plus(outOfBias[e]); // [n, D]
            };
        });
    }
}
