using TrlSharp.Models.Attention;
using TrlSharp.Models.Layers;
using TrlSharp.Models.Rotary;
using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models.Families;

/// <summary>LFM2 (Liquid AI, 2025): most layers are short gated convolutions instead of attention.</summary>
internal static class Lfm2
{
    private const string Convolution = "conv";

    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var heads = Heads.Read(config);
        var (hidden, epsilon) = (heads.Hidden, config.Double("norm_eps", 1e-5));
        CheckRepeatedKeys(config, heads);
        // The first files called the base "theta", and where both keys are there that one counts.
        var rotary = new RotaryReader(Theta: 1_000_000, ThetaKey: config.Has("theta") ? "theta" : "rope_theta").Read(config, heads.Size);
        var listed = config.Ints("full_attn_idxs");
        var types = LayerTypes.Read(config, layer => listed is null || listed.Contains(layer) ? LayerTypes.Full : Convolution, LayerTypes.Full, Convolution);
        var inner = InnerSize(config);
        var tied = !config.Has("tie_embedding") || config.Bool("tie_embedding");
        return DecoderBuilder.Build(
            config, root, hidden,
            (layer, at) =>
            {
                var norm = at.RmsNorm("operator_norm", hidden, epsilon);
                Func<Tensor, ForwardContext, Tensor> mix = types[layer] == Convolution
                    ? ShortConvolution(config, at["conv"], layer, hidden)
                    : Attention(at["self_attn"], layer, heads, epsilon, rotary).Forward;
                var mlpNorm = at.RmsNorm("ffn_norm", hidden, epsilon);
                var place = at["feed_forward"];
                var mlp = new GatedMlp(place.Linear("w1", hidden, inner), place.Linear("w3", hidden, inner), place.Linear("w2", inner, hidden), x => nn.functional.silu(x));
                return new PreNormBlock(norm.Forward, mix, mlpNorm.Forward, mlp.Forward);
            },
            model => model.RmsNorm("embedding_norm", hidden, epsilon).Forward,
            new() { TiedByDefault = tied });
    }

    /// <summary>out(C ⊙ conv(B ⊙ x)), where B, C and x are maps of the input.</summary>
    private static Func<Tensor, ForwardContext, Tensor> ShortConvolution(ConfigReader config, ParameterScope at, int layer, int hidden)
    {
        var (bias, taps) = (config.Bool("conv_bias", false), config.Size("conv_L_cache", 3));
        var into = at.Linear("in_proj", hidden, 3 * hidden, bias);
        var weight = at["conv"].Parameter("weight", InitialValue.Normal, hidden, 1, taps);
        var convolution = new CausalConvolution(layer, weight, bias ? at["conv"].Parameter("bias", InitialValue.Zero, hidden) : null);
        var outOf = at.Linear("out_proj", hidden, hidden, bias);
        return (x, context) =>
        {
            using var scope = NewDisposeScope();
            var parts = into.Forward(x).chunk(3, -1); // B, C, x: 3 × [T, D]
            return outOf.Forward(parts[1] * convolution.Forward(parts[0] * parts[2], context)).MoveToOuterDisposeScope(); // [T, D]
        };
    }

    private static SelfAttention Attention(ParameterScope at, int layer, Heads heads, double epsilon, RotaryEmbedding rotary)
    {
        var (query, key) = (at.RmsNorm("q_layernorm", heads.Size, epsilon), at.RmsNorm("k_layernorm", heads.Size, epsilon));
        var project = Projections.Separate(at, heads, bias: false, query.Forward, key.Forward);
        return new(layer, project, at.Linear("out_proj", heads.QuerySize, heads.Hidden), new(heads.Scale), rotary);
    }

    private static int InnerSize(ConfigReader config)
    {
        var size = config.Size(config.Has("block_ff_dim") ? "block_ff_dim" : "intermediate_size");
        config.Has("intermediate_size");
        var (multiplier, multiple) = (config.Double("block_ffn_dim_multiplier", 1), config.Size("block_multiple_of", 256));
        if (!config.Bool("block_auto_adjust_ff_dim", true)) return size;
        var adjusted = (int)(multiplier * (int)(2.0 * size / 3));
        return (adjusted + multiple - 1) / multiple * multiple;
    }

    /// <summary>Published files repeat sizes under several names.</summary>
    private static void CheckRepeatedKeys(ConfigReader config, Heads heads)
    {
        foreach (var key in new[] { "block_dim", "conv_dim", "conv_dim_out" }) config.Only(key, FormattableString.Invariant($"{heads.Hidden}"));
        config.Only("num_heads", FormattableString.Invariant($"{heads.Queries}"));
        config.Only("block_use_swiglu", "true");
        config.Only("use_pos_enc", "true");
        foreach (var key in new[] { "block_norm_eps", "block_mlp_init_scale", "block_out_init_scale", "block_use_xavier_init", "conv_use_xavier_init" }) config.Has(key);
    }
}
