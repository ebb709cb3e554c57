using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Families;

/// <summary>HunYuan dense (Tencent, 2025): Llama with norms over the heads of queries and keys after the rotation.</summary>
internal static class HunYuan
{
    public static Decoder Build(ConfigReader config, ParameterScope root)
    {
        var (llama, bias) = (Llama.Read(config, epsilon: 1e-5), config.Bool("attention_bias", false));
        CheckPublishedKeys(config, llama.Heads.Size);
        return Llama.Build(config, root, llama with
        {
            QueryKeyValueBias = bias,
            OutputBias = bias,
            NormsAfterRotation = at => (at.RmsNorm("query_layernorm", llama.Heads.Size, llama.Epsilon), at.RmsNorm("key_layernorm", llama.Heads.Size, llama.Epsilon)),
        });
    }

    /// <summary>The published files carry the keys of the mixture and of the vision model of the same house.</summary>
    private static void CheckPublishedKeys(ConfigReader config, int headSize)
    {
        foreach (var absent in new[] { "use_cla", "mlp_bias", "add_classification_head" }) config.Only(absent, "false");
        foreach (var always in new[] { "use_qk_norm", "use_rotary_pos_emb" }) config.Only(always, "true");
        config.Only("norm_type", "rms");
        config.Only("attention_head_dim", FormattableString.Invariant($"{headSize}"));
        string[] unused =
        [
            "class_num", "cla_share_factor", "dense_list", "im_newline_id", "mask_init_id", "num_media_embeds", "org_vocab_size", "pool_type", "text_end_id", "text_start_id",
            "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim", "enable_lm_head_fp32",
        ];
        foreach (var key in unused) config.Has(key);
    }
}
