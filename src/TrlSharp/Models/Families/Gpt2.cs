using TrlSharp.Models.Attention;
using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Families;

/// <summary>GPT-2 (Radford and others, 2019): learned positions, layer norms, weights stored [in, out], a tied head.</summary>
internal static class Gpt2
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        config.Only("add_cross_attention", "false");
        config.Has("reorder_and_upcast_attn"); // The same scores in another order and type.
        var (hidden, count, epsilon) = (config.Size("n_embd"), config.Size("n_head"), config.Double("layer_norm_epsilon", 1e-5));
        if (hidden % count != 0) throw config.Wrong("n_head", $"a divisor of n_embd = {hidden}");
        var heads = new Heads(hidden, count, count, hidden / count);
        var inner = config.Size("n_inner", 4 * hidden);
        var activation = Activations.Find(config, "activation_function", "gelu_new");
        var scale = config.Bool("scale_attn_weights", true) ? heads.Scale : 1;
        var byLayer = config.Bool("scale_attn_by_inverse_layer_idx", false);
        var decoder = DecoderBuilder.Build(
            config, root, hidden,
            (layer, at) =>
            {
                var (attentionNorm, mlpNorm) = (at.LayerNorm("ln_1", hidden, epsilon), at.LayerNorm("ln_2", hidden, epsilon));
                var all = at["attn"].TransposedLinear("c_attn", hidden, 3 * hidden);
                var rule = new AttentionRule(byLayer ? scale / (layer + 1) : scale);
                var attention = new SelfAttention(layer, x => Projections.Cut(all.Forward(x), heads), at["attn"].TransposedLinear("c_proj", hidden, hidden), rule, rotary: null);
                var mlp = new Mlp(at["mlp"].TransposedLinear("c_fc", hidden, inner), at["mlp"].TransposedLinear("c_proj", inner, hidden), activation);
                return new PreNormBlock(attentionNorm.Forward, attention.Forward, mlpNorm.Forward, mlp.Forward);
            },
            model => model.LayerNorm("ln_f", hidden, epsilon).Forward,
            new() { Base = "transformer", Embedding = "wte", Layers = "h", PaddedEmbedding = false, TiedByDefault = true });
        var positions = root["transformer"]["wpe"].Parameter("weight", InitialValue.Normal, config.Size("n_positions", 1024), hidden);
        return decoder with { Positions = root.Store.AddModule("transformer.wpe", new Embedding("transformer.wpe", positions, paddingIndex: null)) };
    }
}
