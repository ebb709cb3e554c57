using static TorchSharp.torch;

namespace TrlSharp.Optimization;

/// <summary>Optimizers by the names of <c>optim</c>.</summary>
public static class Optimizers
{
    /// <summary>The names that <see cref="Create"/> knows.</summary>
    public static IReadOnlyList<string> Known { get; } = ["adamw_torch_fused", "adamw_torch", "sgd", "adafactor", "rmsprop", "adagrad"];

    /// <summary>An optimizer over float32 weights, or over float32 copies of weights of a shorter type.</summary>
    /// <param name="options">Which, and its numbers.</param>
    /// <param name="groups">What it moves.</param>
    /// <param name="stored">More exact start values than weights of a shorter type have, by name; null where there are none.</param>
    /// <exception cref="ConfigException">An unknown name, or an argument that the optimizer does not have.</exception>
    public static IOptimizer Create(OptimizerOptions options, IReadOnlyList<ParameterGroup> groups, Func<string, Tensor?>? stored = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(groups);
        var arguments = new OptimizerArguments(options.Name, options.Arguments);
        var optimizer = MasterWeights.Over(groups, own => options.Name switch
        {
            "adamw_torch_fused" or "adamw_torch" => new AdamW(own, options),
            "sgd" => new Sgd(own, arguments),
            "adafactor" => new Adafactor(own, arguments),
            "rmsprop" => new RmsProp(own, arguments),
            "adagrad" => new Adagrad(own, arguments),
            _ => throw new ConfigException($"optim: \"{options.Name}\" is not known{(NearestName.Find(options.Name, Known) is { } near ? $"; did you mean {near}?" : ".")} Known: {string.Join(", ", Known)}."),
        }, stored);
        arguments.RefuseUnread();
        return optimizer;
    }
}
