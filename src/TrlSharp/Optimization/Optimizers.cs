namespace TrlSharp.Optimization;

/// <summary>Optimizers by the names of <c>optim</c>.</summary>
internal static class Optimizers
{
    public static IReadOnlyList<string> Known { get; } = ["adamw_torch_fused", "adamw_torch"];

    /// <exception cref="ConfigException">An unknown name, or an argument that the optimizer does not have.</exception>
    public static IOptimizer Create(OptimizerOptions options, IReadOnlyList<ParameterGroup> groups) => options.Name switch
    {
        "adamw_torch_fused" or "adamw_torch" => new AdamW(groups, options),
        _ => throw new ConfigException($"optim: \"{options.Name}\" is not known{(NearestName.Find(options.Name, Known) is { } near ? $"; did you mean {near}?" : ".")} Known: {string.Join(", ", Known)}."),
    };
}
