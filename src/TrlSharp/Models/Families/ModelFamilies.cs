using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Families;

/// <summary>The architectures by <c>model_type</c>.</summary>
internal static class ModelFamilies
{
    public static IReadOnlyDictionary<string, Func<ConfigReader, ParameterScope, Decoder>> ByType { get; } =
        new Dictionary<string, Func<ConfigReader, ParameterScope, Decoder>>(StringComparer.Ordinal)
        {
            ["cohere"] = Cohere.Build,
            ["cohere2"] = Cohere.BuildCohere2,
            ["deepseek_v3"] = DeepSeekV3.Build,
            ["ernie4_5"] = Ernie.Build,
            ["exaone4"] = Exaone4.Build,
            ["gemma"] = Gemma.Build,
            ["gemma2"] = Gemma2.Build,
            ["gemma3_text"] = Gemma3.Build,
            ["glm"] = Glm.Build,
            ["glm4"] = Glm.BuildGlm4,
            ["gpt2"] = Gpt2.Build,
            ["gpt_neox"] = GptNeoX.Build,
            ["gpt_oss"] = GptOss.Build,
            ["granite"] = Granite.Build,
            ["granitemoe"] = GraniteMoe.Build,
            ["hunyuan_v1_dense"] = HunYuan.Build,
            ["lfm2"] = Lfm2.Build,
            ["llama"] = Llama.Build,
            ["ministral"] = Mistral.Build,
            ["mistral"] = Mistral.Build,
            ["mixtral"] = Mixtral.Build,
            ["nemotron"] = Nemotron.Build,
            ["olmo"] = Olmo.Build,
            ["olmo2"] = Olmo2.Build,
            ["olmo3"] = Olmo2.BuildOlmo3,
            ["olmoe"] = Olmoe.Build,
            ["phi"] = Phi.Build,
            ["phi3"] = Phi3.Build,
            ["qwen2"] = Qwen2.Build,
            ["qwen2_moe"] = QwenMoe.BuildQwen2,
            ["qwen3"] = Qwen3.Build,
            ["qwen3_moe"] = QwenMoe.BuildQwen3,
            ["qwen3_next"] = Qwen3Next.Build,
            ["seed_oss"] = SeedOss.Build,
            ["smollm3"] = SmolLM3.Build,
            ["stablelm"] = StableLm.Build,
            ["starcoder2"] = Starcoder2.Build,
        };

    /// <exception cref="ModelFolderException">The type is unknown; the message names the nearest known one.</exception>
    public static Func<ConfigReader, ParameterScope, Decoder> Find(ConfigReader config)
    {
        var type = config.Text("model_type");
        if (ByType.TryGetValue(type, out var family)) return family;
        if (config.Has("text_config"))
            throw new ModelFolderException($"{config.Origin}: model_type \"{type}\" is a model of pictures or sound around a language model (text_config); only language models alone are implemented. Save its language model as a folder of its own.");
        var nearest = NearestName.Find(type, ByType.Keys);
        throw new ModelFolderException(
            $"{config.Origin}: model_type \"{type}\" is not implemented.{(nearest is null ? "" : $" The nearest that is: \"{nearest}\".")} Implemented: {string.Join(", ", ByType.Keys.Order(StringComparer.Ordinal))}.");
    }
}
