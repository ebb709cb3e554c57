using TrlSharp.Models.Experts;
using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models.Families;

/// <summary>
/// Qwen2-MoE and Qwen3-MoE (arXiv:2407.10671, arXiv:2505.09388): mixtures of many small experts in all layers but the listed ones; in Qwen2 with a gated expert that
/// every token uses.
/// </summary>
internal static class QwenMoe
{
    public static Decoder BuildQwen2(ConfigReader config, ParameterScope root)
    {
        var windows = Qwen2.Windows(config, Qwen2Slides);
        return Llama.Build(config, root, Llama.Read(config) with
        {
            QueryKeyValueBias = config.Bool("qkv_bias", true),
            Window = layer => windows[layer],
            Mlp = (layer, at) => Mlp(config, layer, at, hasSharedExpert: true, normaliseByDefault: false),
        });
    }

    public static Decoder BuildQwen3(ConfigReader config, ParameterScope root)
    {
        var windows = Qwen2.Windows(config, Qwen3Slides);
        return Llama.Build(config, root, Qwen3.Read(config) with
        {
            Window = layer => windows[layer],
            Mlp = (layer, at) => Mlp(config, layer, at, hasSharedExpert: false, normaliseByDefault: false),
        });
    }

    /// <summary>A mixture, or in the layers that <c>mlp_only_layers</c> and <c>decoder_sparse_step</c> exclude a gated MLP.</summary>
    public static Func<Tensor, ForwardContext, Tensor> Mlp(ConfigReader config, int layer, ParameterScope at, bool hasSharedExpert, bool normaliseByDefault)
    {
        var hidden = config.Size("hidden_size");
        var dense = config.Ints("mlp_only_layers") ?? [];
        var isRouted = Experts(config) > 0 && !dense.Contains(layer) && (layer + 1) % config.Size("decoder_sparse_step", 1) == 0;
        config.Has("intermediate_size"); // Unused where all layers are routed.
        return isRouted ? Mixture(config, at["mlp"], hidden, hasSharedExpert, normaliseByDefault).Forward : GatedMlp.Read(config, at["mlp"], hidden).Forward;
    }

    /// <summary>Of the layers below <c>max_window_layers</c> every second one has a window.</summary>
    public static bool Qwen2Slides(int layer, int limit) => layer % 2 == 0 && layer < limit;

    /// <summary>All layers have one.</summary>
    public static bool Qwen3Slides(int layer, int limit) => true;

    private static MixtureOfExperts Mixture(ConfigReader config, ParameterScope at, int hidden, bool hasSharedExpert, bool normaliseByDefault)
    {
        var count = Experts(config);
        var (chosen, inner) = (config.SizeUpTo("num_experts_per_tok", count, "num_experts"), config.Size("moe_intermediate_size"));
        var normalise = config.Bool("norm_topk_prob", normaliseByDefault);
        var activation = Activations.Find(config, "hidden_act", "silu");
        var router = at.InnerLinear("gate", hidden, count);
        var experts = Enumerable.Range(0, count).Select(e => GatedMlp.CreateInner(at["experts", e], hidden, inner, activation)).ToList();
        var shared = hasSharedExpert ? SharedExpert(config, at, hidden, activation) : null;
        return new(x => Routers.SoftmaxThenTop(router.Forward(x), chosen, normalise), count, () => (e, x) => experts[e].Forward(x), shared);
    }

    /// <summary>sigmoid(gate·x) · expert(x)</summary>
    private static Func<Tensor, Tensor> SharedExpert(ConfigReader config, ParameterScope at, int hidden, Func<Tensor, Tensor> activation)
    {
        var expert = GatedMlp.Create(at["shared_expert"], hidden, config.Size("shared_expert_intermediate_size"), activation);
        var gate = at.Linear("shared_expert_gate", hidden, 1);
        return x => gate.Forward(x).sigmoid() * expert.Forward(x); // [T, D]
    }

    private static int Experts(ConfigReader config) => config.Int(config.Has("num_experts") ? "num_experts" : "num_local_experts");
}
