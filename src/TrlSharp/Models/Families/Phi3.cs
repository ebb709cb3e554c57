using TrlSharp.Models.Attention;
using TrlSharp.Models.Layers;
using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Families;

/// <summary>Phi-3, Phi-3.5 and Phi-4 (arXiv:2404.14219): Llama whose projections are fused, with LongRoPE and optionally a window.</summary>
internal static class Phi3
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var llama = Llama.Read(config, epsilon: 1e-5);
        int? window = config.Has("sliding_window") ? config.Size("sliding_window") : null;
        foreach (var absent in new[] { "attention_bias", "mlp_bias", "lm_head_bias" }) config.Only(absent, "false");
        foreach (var neutral in new[] { "full_attn_mod", "interpolate_factor" }) config.Only(neutral, "1");
        return Llama.Build(config, root, llama with
        {
            Window = _ => window,
            Projection = at => Projections.Fused(at, "qkv_proj", llama.Heads),
            Mlp = (_, at) => FusedGatedMlp.Read(config, at["mlp"], llama.Heads.Hidden).Forward,
        });
    }
}
