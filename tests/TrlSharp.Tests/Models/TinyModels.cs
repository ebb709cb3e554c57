using TrlSharp.Models;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Models;

/// <summary>Small random models. Their sizes are odd on purpose, and windows shorter than the sequences.</summary>
internal static class TinyModels
{
    public const string Llama = """
        {"model_type": "llama", "vocab_size": 50, "hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": 2, "num_attention_heads": 4,
         "num_key_value_heads": 2, "initializer_range": 0.2}
        """;

    public static IReadOnlyDictionary<string, string> Configs { get; } = new Dictionary<string, string>
    {
        ["llama"] = Llama,
        ["mistral"] = With(Llama, "mistral", "\"sliding_window\": 3"),
        ["gemma2"] = With(Llama, "gemma2", "\"sliding_window\": 3, \"head_dim\": 6, \"query_pre_attn_scalar\": 6, \"attn_logit_softcapping\": 5.0"),
        ["qwen3_moe"] = With(Llama, "qwen3_moe", "\"num_experts\": 4, \"num_experts_per_tok\": 2, \"moe_intermediate_size\": 12, \"head_dim\": 6"),
        ["gpt_oss"] = With(Llama, "gpt_oss", "\"num_local_experts\": 4, \"num_experts_per_tok\": 2, \"sliding_window\": 3, \"head_dim\": 6, \"max_position_embeddings\": 64"),
        ["qwen3_next"] = With(Llama, "qwen3_next", """
            "num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 12, "shared_expert_intermediate_size": 8, "head_dim": 8, "full_attention_interval": 2,
            "linear_num_key_heads": 2, "linear_num_value_heads": 4, "linear_key_head_dim": 6, "linear_value_head_dim": 5
            """),
        ["lfm2"] = With(Llama, "lfm2", "\"full_attn_idxs\": [1], \"block_multiple_of\": 8"),
        ["gpt2"] = """
            {"model_type": "gpt2", "vocab_size": 50, "n_embd": 24, "n_head": 3, "n_layer": 2, "n_positions": 40, "initializer_range": 0.2}
            """,
    };

    public static TheoryData<string> Names => [.. Configs.Keys];

    public static CausalLM Create(string name, ScalarType type = ScalarType.Float32) => CausalLM.Create(ModelConfig.Parse(Configs[name]), seed: 5, type);

    /// <summary>The smallest config of a descendant of Llama, with further keys.</summary>
    public static string With(string type, string more) => With(Llama, type, more);

    private static string With(string config, string type, string more) =>
        config.Replace("\"llama\"", $"\"{type}\"", StringComparison.Ordinal).TrimEnd().TrimEnd('}') + ", " + more + "}";
}
