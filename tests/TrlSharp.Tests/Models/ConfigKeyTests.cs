using System.Text.Json.Nodes;
using TrlSharp.Batches;
using TrlSharp.Models;
using TrlSharp.Models.Families;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Models;

/// <summary>No key of a config.json is ignored that would change the result.</summary>
public sealed class ConfigKeyTests
{
    /// <summary>Keys that are without effect in these cases, as they are in transformers.</summary>
    private static readonly Dictionary<string, string> WithoutEffectHere = new(StringComparer.Ordinal)
    {
        ["max_window_layers"] = "layer_types decides",
        ["sliding_window_pattern"] = "layer_types decides",
        ["_sliding_window_pattern"] = "layer_types decides",
        ["no_rope_layer_interval"] = "no_rope_layers decides",
        ["use_sliding_window"] = "the layers are full",
        ["sliding_window"] = "the layers are full",
        ["pad_token_id"] = "only the gradient of the row",
        ["output_router_logits"] = "adds a loss",
        ["reorder_and_upcast_attn"] = "the same in another order",
        ["intermediate_size"] = "all layers are routed",
        ["num_key_value_heads"] = "latent attention derives it",
        ["head_dim"] = "latent attention derives it",
        ["qk_head_dim"] = "latent attention derives it",
        ["tie_word_embeddings"] = "two tensors that differ stay apart",
        ["block_multiple_of"] = "rounds to the same",
        ["num_nextn_predict_layers"] = "those layers are not loaded",
        ["long_factor"] = "one of the two counts",
        ["short_factor"] = "one of the two counts",
        ["factor"] = "alpha decides",
        ["original_max_position_embeddings"] = "the rotary table is not extended",
        ["use_bidirectional_attention"] = "null and false are the same",
    };

    private static Tensor Logits(CausalLM model)
    {
        using var noGradient = no_grad();
        var tokens = arange(1, 25, dtype: int64); // [T]
        return model.Logits(model.HiddenStates(tokens, SequenceLayout.Single(24)));
    }

    public static TheoryData<string> Cases
    {
        get
        {
            var all = Directory.EnumerateDirectories(SharedData.Path("conformance", "models")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal);
            string[] quick = ["cohere2", "deepseek_v3", "gemma3_text", "gpt2", "granitemoe", "lfm2", "qwen3_moe", "smollm3"];
            return [.. Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1" ? all : all.Where(quick.Contains)];
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_key_is_either_harmless_or_changes_the_result_or_is_refused(string name)
    {
        using var scope = NewDisposeScope();
        var folder = SharedData.Path("conformance", "models", name);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!.AsObject();
        using var model = ModelFolder.Load(folder, new() { Dtype = ScalarType.Float32 });
        var before = Logits(model);
        var silent = new List<string>();
        foreach (var path in Paths(config, [])) if (IsSilent(folder, config, path, before)) silent.Add(string.Join('.', path));
        Assert.Empty(silent);
    }

    private static bool IsSilent(string folder, JsonObject config, IReadOnlyList<string> path, Tensor before)
    {
        using var scope = NewDisposeScope();
        if (HarmlessKeys.Contains(path[^1]) || WithoutEffectHere.ContainsKey(path[^1])) return false;
        var changed = config.DeepClone().AsObject();
        JsonNode at = changed;
        foreach (var key in path.SkipLast(1)) at = at[key]!;
        if (Other(at[path[^1]]) is not { } value) return false;
        at[path[^1]] = value;
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, changed.ToJsonString());
            using var model = ModelFolder.Load(folder, new() { Dtype = ScalarType.Float32 }, file);
            var after = Logits(model);
            return after.shape.SequenceEqual(before.shape) && (after - before).abs().max().item<float>() < 1e-6;
        }
        catch (ModelFolderException)
        {
            return false;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static IEnumerable<List<string>> Paths(JsonObject config, List<string> prefix) =>
        config.SelectMany(item => item.Value is JsonObject nested ? Paths(nested, [.. prefix, item.Key]) : [[.. prefix, item.Key]]);

    private static JsonNode? Other(JsonNode? value) => value switch
    {
        JsonValue v when v.TryGetValue<bool>(out var flag) => !flag,
        JsonValue v when v.TryGetValue<int>(out var n) => n == 0 ? 1 : n * 2,
        JsonValue v when v.TryGetValue<double>(out var x) => x * 1.5 + 0.1,
        JsonValue v when v.TryGetValue<string>(out var text) => text == "relu" ? "silu" : "relu",
        JsonArray { Count: > 1 } list => new JsonArray([.. list.Reverse().Select(item => item?.DeepClone())]) is var reversed && JsonNode.DeepEquals(reversed, list) ? null : reversed,
        _ => null,
    };

    /// <summary>Keys that published files carry beside those that transformers writes today.</summary>
    [Theory]
    [InlineData("llama", "\"is_llama_config\": true, \"rope_interleaved\": false, \"transformers.js_config\": {\"dtype\": \"q4\"}")]
    [InlineData("llama", "\"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2.0, \"original_max_position_embeddings\": 8}, \"max_position_embeddings\": 64")]
    [InlineData("qwen2", "\"use_mrope\": false, \"use_sliding_window\": false, \"sliding_window\": 131072, \"max_window_layers\": 28")]
    [InlineData("smollm3", "\"max_window_layers\": 28, \"no_rope_layers\": [1, 1, 1, 0], \"use_sliding_window\": false, \"sliding_window\": null, \"pretraining_tp\": 2")]
    [InlineData("cohere2", "\"layer_switch\": 4, \"order_of_interleaved_layers\": \"local_attn_first\", \"position_embedding_type\": \"rope_gptj\", \"rotary_pct\": 1.0, \"sliding_window_pattern\": 4, \"use_embedding_sharing\": true, \"use_gated_activation\": true, \"use_parallel_block\": true, \"use_parallel_embedding\": true")]
    [InlineData("starcoder2", "\"activation_function\": \"gelu\", \"attention_softmax_in_fp32\": true, \"layer_norm_epsilon\": 1e-05, \"mlp_type\": \"default\", \"norm_type\": \"layer_norm\", \"scale_attention_softmax_in_fp32\": true, \"scale_attn_weights\": true, \"use_bias\": true")]
    [InlineData("phi3", "\"attention_bias\": false, \"mlp_bias\": false, \"lm_head_bias\": false, \"full_attn_mod\": 1, \"interpolate_factor\": 1, \"original_max_position_embeddings\": 4096")]
    [InlineData("exaone4", "\"sliding_window\": 4, \"sliding_window_pattern\": \"LLLG\"")]
    [InlineData("hunyuan_v1_dense", "\"use_cla\": false, \"cla_share_factor\": 2, \"dense_list\": [4096, 0], \"norm_type\": \"rms\", \"use_qk_norm\": true, \"use_rotary_pos_emb\": true, \"mlp_bias\": false, \"attention_head_dim\": 6, \"head_dim\": 6")]
    [InlineData("gemma2", "\"sliding_window\": 3, \"sliding_window_size\": 3, \"cache_implementation\": \"hybrid\", \"head_dim\": 6, \"hidden_activation\": \"gelu_pytorch_tanh\"")]
    [InlineData("qwen3_next", "\"num_experts\": 4, \"num_experts_per_tok\": 2, \"moe_intermediate_size\": 12, \"shared_expert_intermediate_size\": 8, \"head_dim\": 8, \"linear_num_key_heads\": 2, \"linear_num_value_heads\": 4, \"linear_key_head_dim\": 6, \"linear_value_head_dim\": 5, \"use_sliding_window\": false")]
    [InlineData("gpt_oss", "\"num_local_experts\": 4, \"num_experts_per_tok\": 2, \"experts_per_token\": 2, \"initial_context_length\": 4096, \"head_dim\": 6")]
    public void Keys_of_published_files_are_understood(string type, string keys)
    {
        using var model = CausalLM.Create(ModelConfig.Parse(TinyModels.With(type, keys)), seed: 1);
        Assert.Equal(type, model.Config.ModelType);
    }

    [Theory]
    [InlineData("llama", "\"rope_interleaved\": true", "rope_interleaved")]
    [InlineData("llama", "\"new_switch\": 1", "new_switch")]
    [InlineData("llama", "\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0, \"mscale\": 2.0}, \"max_position_embeddings\": 64", "rope_scaling.mscale")]
    [InlineData("qwen2", "\"use_mrope\": true", "use_mrope")]
    [InlineData("phi3", "\"lm_head_bias\": true", "lm_head_bias")]
    [InlineData("cohere2", "\"use_parallel_block\": false", "use_parallel_block")]
    [InlineData("lama", "\"x\": null", "\"llama\"")]
    [InlineData("gemma3", "\"text_config\": {}", "text_config")]
    [InlineData("llama", "\"hidden_act\": \"gelu2\"", "hidden_act")]
    [InlineData("qwen3_moe", "\"num_experts\": 4, \"num_experts_per_tok\": 2, \"moe_intermediate_size\": 12, \"mlp_only_layers\": [0.5]", "mlp_only_layers")]
    public void What_would_change_the_result_and_is_not_understood_is_refused(string type, string keys, string part)
    {
        var error = Assert.Throws<ModelFolderException>(() => CausalLM.Create(ModelConfig.Parse(TinyModels.With(type, keys)), seed: 1));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("qwen2", "\"use_sliding_window\": true, \"sliding_window\": 3, \"max_window_layers\": 1", "-3")]
    [InlineData("qwen2", "\"use_sliding_window\": true, \"max_window_layers\": 0", "44")]
    [InlineData("qwen2", "\"sliding_window\": 3, \"max_window_layers\": 0", "--")]
    [InlineData("qwen2_moe", "\"use_sliding_window\": true, \"sliding_window\": 3", "3-")]
    [InlineData("qwen3_moe", "\"use_sliding_window\": true, \"sliding_window\": 3, \"max_window_layers\": 28", "33")]
    [InlineData("qwen3_moe", "\"sliding_window\": 3", "--")]
    public void Layers_have_the_windows_that_transformers_gives_them(string type, string keys, string expected)
    {
        var reader = ModelConfig.Parse(TinyModels.With(type, keys)).Reader();
        var windows = type switch
        {
            "qwen2_moe" => Qwen2.Windows(reader, QwenMoe.Qwen2Slides),
            "qwen3_moe" => Qwen2.Windows(reader, QwenMoe.Qwen3Slides),
            _ => Qwen2.Windows(reader),
        };
        Assert.Equal(expected, string.Concat(windows.Select(w => w is null ? "-" : w == 4096 ? "4" : FormattableString.Invariant($"{w}"))));
    }
}
