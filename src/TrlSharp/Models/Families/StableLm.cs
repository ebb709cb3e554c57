using TrlSharp.Models.Attention;
using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models.Families;

/// <summary>StableLM 2 and 12B (arXiv:2402.17834): layer norms, a quarter of a head rotated, optionally parallel parts and a norm of its own for every head.</summary>
internal static class StableLm
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var llama = Llama.Read(config, new(PartialFactor: 0.25));
        var (heads, hidden, epsilon) = (llama.Heads, llama.Heads.Hidden, config.Double("layer_norm_eps", 1e-5));
        var (bias, normed, parallel) = (config.Bool("use_qkv_bias", false), config.Bool("qk_layernorm", false), config.Bool("use_parallel_residual", false));
        return Llama.Build(config, root, llama with
        {
            Projection = at => normed
                ? Projections.Separate(at, heads, bias, PerHead(at["q_layernorm"], heads.Queries, heads.Size, epsilon), PerHead(at["k_layernorm"], heads.KeyValues, heads.Size, epsilon))
                : Projections.Separate(at, heads, bias),
            FinalNorm = model => model.LayerNorm("norm", hidden, epsilon).Forward,
            Block = (at, attention, mlp) =>
            {
                var norm = at.LayerNorm("input_layernorm", hidden, epsilon);
                return parallel
                    ? new ParallelBlock(norm.Forward, attention, null, mlp)
                    : new PreNormBlock(norm.Forward, attention, at.LayerNorm("post_attention_layernorm", hidden, epsilon).Forward, mlp);
            },
        });
    }

    /// <summary>A layer norm without bias for every head: [T, N, H] → [T, N, H].</summary>
    private static Func<Tensor, Tensor> PerHead(ParameterScope at, int count, int size, double epsilon)
    {
        var weights = Enumerable.Range(0, count).Select(head => at["norms", head].Parameter("weight", InitialValue.One, size)).ToList();
        return x =>
        {
            using var scope = NewDisposeScope();
            var normed = nn.functional.layer_norm(x, [size], eps: epsilon); // [T, N, H]
            return (normed * stack(weights.Select(w => (Tensor)w.Value))).MoveToOuterDisposeScope(); // [T, N, H]
        };
    }
}
