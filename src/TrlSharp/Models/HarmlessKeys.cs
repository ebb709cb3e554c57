using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrlSharp.Models;

/// <summary>
/// Keys of config.json that do not change what a causal language model computes in evaluation mode. Every other key that a family does not read is refused.
/// Source: <c>PretrainedConfig</c> and the configuration classes of transformers 4.51 and 5.23.
/// </summary>
internal static class HarmlessKeys
{
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        // Identity and bookkeeping.
        "_name_or_path", "name_or_path", "architectures", "auto_map", "model_type", "transformers_version", "tokenizer_class", "dtype", "torch_dtype", "prefix",
        "task_specific_params", "finetuning_task", "problem_type", "id2label", "label2id", "num_labels", "keys_to_ignore_at_inference", "unsloth_version", "unsloth_fixed",
        "_commit_hash", "revision", "is_llama_config", "transformers.js_config", "license", "model_max_length", "max_sequence_length", "seq_length", "max_seq_len", "vocab_size",
        // Token ids, used by tokenizers and generation; the embedding reads pad_token_id itself.
        "bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id", "cls_token_id", "mask_token_id", "unk_token_id", "decoder_start_token_id", "eod_token_id", "im_start_id", "im_end_id",
        // How a program runs the model.
        "use_cache", "output_attentions", "output_hidden_states", "output_scores", "return_dict", "return_dict_in_generate", "use_return_dict", "torchscript", "use_bfloat16", "_attn_implementation",
        "attn_implementation", "_attn_implementation_internal", "_attn_implementation_autoset", "_flash_attn_2_enabled", "cache_implementation", "gradient_checkpointing", "chunk_size_feed_forward",
        "tf_legacy_loss", "is_decoder", "is_encoder_decoder", "cross_attention_hidden_size", "tie_encoder_decoder", "pruned_heads", "pretraining_tp", "use_flash_attn", "fused_mlp", "fused_bias_fc",
        "max_position_embeddings", "n_positions", "n_ctx", "_experts_implementation", "ep_size", "tp_plan", "use_cache_quantization", "logits_to_keep", "num_logits_to_keep", "hybrid_kernel_mode",
        // Initialisation and regularisation of training from scratch.
        "initializer_range", "initializer_factor", "attention_dropout", "hidden_dropout", "embd_pdrop", "resid_pdrop", "attn_pdrop", "embedding_dropout", "residual_dropout", "classifier_dropout",
        "summary_activation", "summary_first_dropout", "summary_proj_to_labels", "summary_type", "summary_use_proj", "z_loss_coefficient", "router_z_loss_coef", "router_jitter_noise",
        "output_router_logits", "router_aux_loss_coef", "aux_loss_alpha", "seq_aux", "embedding_initializer_range",
        // Defaults of generation, which old versions kept here.
        "max_length", "min_length", "do_sample", "early_stopping", "num_beams", "num_beam_groups", "diversity_penalty", "temperature", "top_k", "top_p", "typical_p", "repetition_penalty",
        "length_penalty", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids", "num_return_sequences", "forced_bos_token_id", "forced_eos_token_id", "remove_invalid_values",
        "exponential_decay_length_penalty", "suppress_tokens", "begin_suppress_tokens",
    };

    /// <summary>Whether a key never changes the result, in any family.</summary>
    public static bool Contains(string key) => Names.Contains(key);

    /// <summary>Refuses keys that the family did not read, all together.</summary>
    /// <param name="config">The root of config.json after the model was built.</param>
    /// <param name="ignored">Keys that the user declared harmless.</param>
    public static void RefuseOthers(ConfigReader config, IReadOnlyCollection<string> ignored)
    {
        var unknown = config.Unread().Where(item => !Names.Contains(item.Key) && !ignored.Contains(item.Key) && !IsEmpty(item.Value)).ToList();
        if (unknown.Count == 0) return;
        var list = string.Join(", ", unknown.Select(item => $"{item.Path}{item.Key} = {Short(item.Value)}"));
        throw new ModelFolderException(
            $"{config.Origin} has settings that model type {config.Text("model_type")} does not know here: {list}. They may change what the model computes, so nothing is guessed. "
            + "If they do not, name them in IgnoredConfigKeys.");
    }

    private static bool IsEmpty(JsonNode value) => value is JsonArray { Count: 0 } or JsonObject { Count: 0 };

    private static string Short(JsonNode value)
    {
        var text = value.ToJsonString(JsonSerializerOptions.Default);
        return text.Length <= 60 ? text : text[..57] + "...";
    }
}
