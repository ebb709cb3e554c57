using System.Text.Json.Nodes;
using TrlSharp.Models;

namespace TrlSharp.Adapters;

/// <summary>adapter_config.json. Settings of PEFT that are not implemented are refused if they are on.</summary>
internal static class LoraConfigFile
{
    /// <summary>Switches and objects that change what an adapter computes; absent, null, false and empty mean off.</summary>
    private static readonly string[] Unsupported =
    [
        "alora_invocation_tokens", "arrow_config", "ensure_weight_tying", "layer_replication", "use_bdlora", "use_qalora",
        "enable_lora", "merge_weights", "kasa_config", "monteclora_config", "velora_config",
    ];

    /// <summary>Settings that matter only where an adapter is started, or to other programs.</summary>
    private static readonly string[] Harmless =
    [
        "auto_mapping", "base_model_name_or_path", "corda_config", "eva_config", "inference_mode", "loftq_config", "lora_ga_config", "megatron_config", "megatron_core", "peft_version",
        "qalora_group_size", "revision", "task_type", "runtime_config", "init_lora_weights",
    ];

    public static LoraConfig Read(ConfigReader file)
    {
        var type = file.Text("peft_type", "LORA");
        if (type != "LORA") throw file.Wrong("peft_type", "LORA (other methods are not implemented)");
        foreach (var key in Unsupported)
            if (file.IsOn(key)) throw new ModelFolderException($"{file.Origin}: {key} is on, which is not implemented.");
        foreach (var key in Harmless) file.Has(key);
        file.Has("fan_in_fan_out"); // The model knows how it stores its weights.
        var (targets, pattern) = TextsOrPattern(file, "target_modules");
        var config = new LoraConfig
        {
            Rank = file.Size("r", 8),
            Alpha = file.Double("lora_alpha", 8),
            Dropout = file.Double("lora_dropout", 0),
            TargetModules = targets,
            TargetPattern = pattern,
            ExcludeModules = file.IsText("exclude_modules") ? [] : file.Texts("exclude_modules") ?? [],
            ExcludePattern = file.IsText("exclude_modules") ? file.Text("exclude_modules") : null,
            LayersToTransform = IntsOrInt(file, "layers_to_transform") is { Count: > 0 } layers ? layers : null,
            LayersPattern = file.IsText("layers_pattern") ? [file.Text("layers_pattern")] : file.Texts("layers_pattern") ?? [],
            RankPattern = [.. Pairs(file, "rank_pattern").Select(p => KeyValuePair.Create(p.Key, p.Reader.Size(p.Key)))],
            AlphaPattern = [.. Pairs(file, "alpha_pattern").Select(p => KeyValuePair.Create(p.Key, p.Reader.Double(p.Key)))],
            ModulesToSave = file.Texts("modules_to_save") ?? [],
            TrainableTokenIndices = TokenIndices(file),
            Bias = file.Text("bias", "none") switch
            {
                "none" => LoraBias.None,
                "all" => LoraBias.All,
                "lora_only" => LoraBias.LoraOnly,
                _ => throw file.Wrong("bias", "none, all or lora_only"),
            },
            UseRslora = file.Bool("use_rslora", false),
            UseDora = file.Bool("use_dora", false),
            UseLoraBias = file.Bool("lora_bias", false),
            TargetParameters = file.Texts("target_parameters") ?? [],
        };
        var unknown = file.Unread().Where(item => file.IsOn(item.Key)).Select(item => item.Path + item.Key).ToList();
        if (unknown.Count > 0) throw new ModelFolderException($"{file.Origin} has settings that are not known here and may change the result: {string.Join(", ", unknown)}.");
        var problems = config.Problems().ToList();
        return problems.Count == 0 ? config : throw new ModelFolderException($"{file.Origin}: {string.Join(" ", problems)}");
    }

    public static JsonObject Write(LoraConfig config, string? baseModel, bool isTransposed, IReadOnlyList<string> expandedTargets)
    {
        JsonNode? List(IEnumerable<string> names) => new JsonArray([.. names.Select(name => (JsonNode?)name)]);
        return new()
        {
            ["alpha_pattern"] = new JsonObject(config.AlphaPattern.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
            ["auto_mapping"] = null,
            ["base_model_name_or_path"] = baseModel,
            ["bias"] = config.Bias switch { LoraBias.All => "all", LoraBias.LoraOnly => "lora_only", _ => "none" },
            ["exclude_modules"] = config.ExcludePattern is { } excluded ? excluded : config.ExcludeModules.Count == 0 ? null : List(config.ExcludeModules),
            ["fan_in_fan_out"] = isTransposed,
            ["inference_mode"] = true,
            ["init_lora_weights"] = config.UseGaussianStart ? "gaussian" : true,
            ["layers_pattern"] = config.LayersPattern.Count == 0 ? null : List(config.LayersPattern),
            ["layers_to_transform"] = config.LayersToTransform is { } layers ? new JsonArray([.. layers.Select(n => (JsonNode?)n)]) : null,
            ["lora_alpha"] = config.Alpha == Math.Floor(config.Alpha) ? (JsonNode)(long)config.Alpha : config.Alpha,
            ["lora_bias"] = config.UseLoraBias,
            ["lora_dropout"] = config.Dropout,
            ["modules_to_save"] = config.ModulesToSave.Count == 0 ? null : List(config.ModulesToSave),
            ["peft_type"] = "LORA",
            ["r"] = config.Rank,
            ["rank_pattern"] = new JsonObject(config.RankPattern.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
            ["target_modules"] = config.TargetPattern is { } pattern ? pattern : List(expandedTargets),
            ["target_parameters"] = config.TargetParameters.Count == 0 ? null : List(config.TargetParameters),
            ["task_type"] = "CAUSAL_LM",
            ["trainable_token_indices"] = config.TrainableTokenIndices.Count == 0
                ? null
                : new JsonObject(config.TrainableTokenIndices.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)new JsonArray([.. p.Value.Select(n => (JsonNode?)n)])))),
            ["use_dora"] = config.UseDora,
            ["use_rslora"] = config.UseRslora,
        };
    }

    private static (IReadOnlyList<string> Names, string? Pattern) TextsOrPattern(ConfigReader file, string key)
    {
        if (!file.IsText(key)) return (file.Texts(key) ?? [], null);
        var text = file.Text(key);
        return text.Equals(LoraConfig.AllLinear, StringComparison.OrdinalIgnoreCase) ? ([LoraConfig.AllLinear], null) : ([], text);
    }

    /// <summary>A list means the embedding.</summary>
    private static IReadOnlyList<KeyValuePair<string, IReadOnlyList<int>>> TokenIndices(ConfigReader file)
    {
        const string Key = "trainable_token_indices";
        if (!file.IsOn(Key)) return [];
        if (file.IsList(Key)) return [KeyValuePair.Create("embed_tokens", file.Ints(Key)!)];
        return [.. Pairs(file, Key).Select(p => KeyValuePair.Create(p.Key, p.Reader.Ints(p.Key) ?? []))];
    }

    private static IReadOnlyList<int>? IntsOrInt(ConfigReader file, string key) => !file.Has(key) ? null : file.IsNumber(key) ? [file.Int(key)] : file.Ints(key);

    private static IEnumerable<(string Key, ConfigReader Reader)> Pairs(ConfigReader file, string key)
    {
        if (file.Section(key) is not { } section) return [];
        return section.Keys.Select(name => (name, section));
    }
}
