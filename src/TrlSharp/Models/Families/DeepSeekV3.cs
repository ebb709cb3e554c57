using TrlSharp.Models.Attention;
using TrlSharp.Models.Experts;
using TrlSharp.Models.Layers;
using TrlSharp.Models.Rotary;
using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models.Families;

/// <summary>DeepSeek-V3 and R1 (arXiv:2412.19437): latent attention, and from some layer on a mixture with shared experts and grouped routing.</summary>
internal static class DeepSeekV3
{
    /// <summary>The norms of the latents do not read the config.</summary>
    private const double LatentEpsilon = 1e-6;

    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var (hidden, epsilon) = (config.Size("hidden_size"), config.Double("rms_norm_eps", 1e-6));
        foreach (var derived in new[] { "head_dim", "qk_head_dim", "num_key_value_heads" }) config.Has(derived);
        config.Only("moe_layer_freq", "1");
        config.Only("scoring_func", "sigmoid");
        config.Only("topk_method", "noaux_tc");
        IgnorePredictionLayers(config, root);
        var layout = config.Bool("rope_interleave", true) ? RotaryLayout.Interleaved : RotaryLayout.Halves;
        var rotary = new RotaryReader(Layout: layout).Read(config, config.Size("qk_rope_head_dim", 64));
        var firstRouted = config.Int("first_k_dense_replace", 3);
        return DecoderBuilder.Build(
            config, root, hidden,
            (layer, at) =>
            {
                var attentionNorm = at.RmsNorm("input_layernorm", hidden, epsilon);
                var attention = Attention(config, at["self_attn"], layer, hidden, rotary);
                var mlpNorm = at.RmsNorm("post_attention_layernorm", hidden, epsilon);
                Func<Tensor, ForwardContext, Tensor> mlp = layer < firstRouted ? GatedMlp.Read(config, at["mlp"], hidden).Forward : Experts(config, at["mlp"], hidden).Forward;
                return new PreNormBlock(attentionNorm.Forward, attention.Forward, mlpNorm.Forward, mlp);
            },
            model => model.RmsNorm("norm", hidden, epsilon).Forward);
    }

    private static LatentAttention Attention(ConfigReader config, ParameterScope at, int layer, int hidden, RotaryEmbedding rotary)
    {
        var (heads, plain, value) = (config.Size("num_attention_heads"), config.Size("qk_nope_head_dim", 128), config.Size("v_head_dim", 128));
        var (rank, bias) = (config.Size("kv_lora_rank", 512), config.Bool("attention_bias", false));
        var size = plain + rotary.Size;
        var query = Query(config, at, hidden, heads * size, bias);
        var latent = at.Linear("kv_a_proj_with_mqa", hidden, rank + rotary.Size, bias);
        var norm = at.RmsNorm("kv_a_layernorm", rank, LatentEpsilon);
        var expand = at.Linear("kv_b_proj", rank, heads * (plain + value));
        var output = at.Linear("o_proj", heads * value, hidden, bias);
        var rule = new AttentionRule(Math.Pow(size, -0.5) * Growth(config));
        return new(layer, query, latent, x => expand.Forward(norm.Forward(x)), output, (heads, plain, value), rule, rotary);
    }

    /// <summary>Through a latent of its own, or directly where <c>q_lora_rank</c> is null.</summary>
    private static Func<Tensor, Tensor> Query(ConfigReader config, ParameterScope at, int hidden, int size, bool bias)
    {
        if (config.DoubleOrNull("q_lora_rank", 1536) is not { } rank) return at.Linear("q_proj", hidden, size).Forward;
        var down = at.Linear("q_a_proj", hidden, (int)rank, bias);
        var norm = at.RmsNorm("q_a_layernorm", (int)rank, LatentEpsilon);
        var up = at.Linear("q_b_proj", (int)rank, size);
        return x => up.Forward(norm.Forward(down.Forward(x)));
    }

    /// <summary>With an extended context scores grow by the square of YaRN's factor.</summary>
    private static double Growth(ConfigReader config)
    {
        var section = RotaryReader.Section(config, layerType: null);
        var type = section is null ? "default" : section.Text(section.Has("rope_type") ? "rope_type" : "type", "default");
        if (type == "default" || section!.Double("mscale_all_dim", 0) is not (not 0 and var scale)) return 1;
        return Math.Pow(new YarnSettings(section.Double("factor"), Original: 1, Truncate: true).Growth(scale), 2);
    }

    private static MixtureOfExperts Experts(ConfigReader config, ParameterScope at, int hidden)
    {
        var (count, inner, shared) = (config.Size("n_routed_experts", 256), config.Size("moe_intermediate_size"), config.Size("n_shared_experts", 1));
        var groups = config.Size("n_group", 8);
        if (count % groups != 0) throw config.Wrong("n_group", $"a divisor of n_routed_experts = {count}");
        if (groups > 1 && count / groups < 2) throw config.Wrong("n_group", "groups of at least two experts, since a group counts as much as its two best");
        var chosenGroups = config.SizeUpTo("topk_group", groups, "n_group", 4);
        var chosen = config.SizeUpTo("num_experts_per_tok", count / groups * chosenGroups, "the experts of the chosen groups", 8);
        var activation = Activations.Find(config, "hidden_act", "silu");
        var router = new GroupedRouter(
            at["gate"].Parameter("weight", InitialValue.Normal, count, hidden), at["gate"].Buffer("e_score_correction_bias", InitialValue.Zero, count),
            chosen, groups, chosenGroups, config.Bool("norm_topk_prob", true), config.Double("routed_scaling_factor", 2.5));
        var experts = Enumerable.Range(0, count).Select(e => GatedMlp.CreateInner(at["experts", e], hidden, inner, activation)).ToList();
        var common = GatedMlp.Create(at["shared_experts"], hidden, shared * inner, activation);
        return new(router.Route, count, () => (e, x) => experts[e].Forward(x), common.Forward);
    }

    /// <summary>Layers after the last that predict more than one token at once; transformers does not load them either.</summary>
    private static void IgnorePredictionLayers(ConfigReader config, ParameterScope root)
    {
        var layers = config.Size("num_hidden_layers");
        for (var i = 0; i < config.Int("num_nextn_predict_layers", 0); i++) root.Store.Ignore(FormattableString.Invariant($"model.layers.{layers + i}."));
    }
}
