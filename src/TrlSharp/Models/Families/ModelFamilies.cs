using TrlSharp.Models.Weights;

namespace TrlSharp.Models.Families;

/// <summary>The architectures by <c>model_type</c>.</summary>
internal static class ModelFamilies
{
    public static IReadOnlyDictionary<string, Func<ConfigReader, ParameterScope, Decoder>> ByType { get; } =
        new Dictionary<string, Func<ConfigReader, ParameterScope, Decoder>>(StringComparer.Ordinal)
        {
            ["llama"] = Llama.Build,
            ["mistral"] = Mistral.Build,
            ["ministral"] = Mistral.Build,
            ["qwen2"] = Qwen2.Build,
            ["qwen3"] = Qwen3.Build,
        };

    /// <exception cref="ModelFolderException">The type is unknown; the message names the nearest known one.</exception>
    public static Func<ConfigReader, ParameterScope, Decoder> Find(ConfigReader config)
    {
        var type = config.Text("model_type");
        if (ByType.TryGetValue(type, out var family)) return family;
        var nearest = NearestName.Find(type, ByType.Keys);
        throw new ModelFolderException(
            $"{config.Origin}: model_type \"{type}\" is not implemented.{(nearest is null ? "" : $" The nearest that is: \"{nearest}\".")} Implemented: {string.Join(", ", ByType.Keys.Order(StringComparer.Ordinal))}.");
    }
}
