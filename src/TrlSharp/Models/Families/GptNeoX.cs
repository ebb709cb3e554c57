using TrlSharp.Models.Attention;
using TrlSharp.Models.Layers;
using TrlSharp.Models.Rotary;
using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models.Families;

/// <summary>GPT-NeoX and Pythia (arXiv:2204.06745): parallel parts with a layer norm each, a quarter of a head rotated, projections grouped by head.</summary>
internal static class GptNeoX
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var heads = Heads.Read(config);
        var (hidden, inner, epsilon) = (heads.Hidden, config.Size("intermediate_size"), config.Double("layer_norm_eps", 1e-5));
        var rotary = new RotaryReader(PartialFactor: 0.25).Read(config, heads.Size);
        var (bias, parallel) = (config.Bool("attention_bias", true), config.Bool("use_parallel_residual", true));
        var activation = Activations.Find(config, "hidden_act", "gelu");
        return DecoderBuilder.Build(
            config, root, hidden,
            (layer, at) =>
            {
                var (attentionNorm, mlpNorm) = (at.LayerNorm("input_layernorm", hidden, epsilon), at.LayerNorm("post_attention_layernorm", hidden, epsilon));
                var all = at["attention"].Linear("query_key_value", hidden, 3 * hidden, bias);
                var attention = new SelfAttention(
                    layer, x => Cut(all.Forward(x), heads), at["attention"].Linear("dense", hidden, hidden, bias), new(heads.Scale), rotary);
                var mlp = new Mlp(at["mlp"].Linear("dense_h_to_4h", hidden, inner, bias: true), at["mlp"].Linear("dense_4h_to_h", inner, hidden, bias: true), activation);
                return parallel
                    ? new ParallelBlock(attentionNorm.Forward, attention.Forward, mlpNorm.Forward, mlp.Forward)
                    : new PreNormBlock(attentionNorm.Forward, attention.Forward, mlpNorm.Forward, mlp.Forward);
            },
            model => model.LayerNorm("final_layer_norm", hidden, epsilon).Forward,
            new() { Base = "gpt_neox", Embedding = "embed_in", Head = "embed_out", PaddedEmbedding = false });
    }

    /// <summary>Query, key and value of head 0, then of head 1 …: [T, 3·D] → three of [T, N, H].</summary>
    private static QueryKeyValue Cut(Tensor x, Heads heads)
    {
        var perHead = x.unflatten(1, [heads.Queries, 3, heads.Size]); // [T, N, 3, H]
        return new(perHead.select(2, 0), perHead.select(2, 1), perHead.select(2, 2));
    }
}
