using System.Globalization;
using TrlSharp.Models.Layers;

namespace TrlSharp.Adapters;

/// <summary>
/// Experts that a model keeps one by one, as the parameters of transformers 5: <c>experts.gate_up_proj</c> [E, 2F, D] with the rows of the gates first, and <c>experts.down_proj</c> [E, D, F].
/// E experts, D hidden size, F inner size.
/// </summary>
/// <param name="Path">Of the parameter: <c>model.layers.0.mlp.experts.gate_up_proj</c>.</param>
/// <param name="Matrices">Of every expert in their order: the matrices that follow one another in the parameter.</param>
internal sealed record SeparateExperts(string Path, IReadOnlyList<IReadOnlyList<Linear>> Matrices)
{
    /// <summary>All such parameters, in the order in which transformers creates them.</summary>
    /// <param name="inner">The matrices inside of modules that adapters take as a whole.</param>
    public static IReadOnlyList<SeparateExperts> Find(IEnumerable<Linear> inner)
    {
        var experts = inner.Select(Split).OfType<(string Module, int Expert, string Name, Linear Matrix)>().GroupBy(m => m.Module, StringComparer.Ordinal);
        return
        [
            .. experts.SelectMany(module => new[]
            {
                new SeparateExperts($"{module.Key}.gate_up_proj", Named(module, "gate_proj", "up_proj")),
                new SeparateExperts($"{module.Key}.down_proj", Named(module, "down_proj")),
            }),
        ];
    }

    private static IReadOnlyList<IReadOnlyList<Linear>> Named(IEnumerable<(string Module, int Expert, string Name, Linear Matrix)> module, params string[] names) =>
    [
        .. module.GroupBy(m => m.Expert).OrderBy(e => e.Key).Select(e => (IReadOnlyList<Linear>)[.. names.Select(name => e.Single(m => m.Name == name).Matrix)]),
    ];

    /// <summary>Mixtral's checkpoints have older names.</summary>
    private static (string Module, int Expert, string Name, Linear Matrix)? Split(Linear matrix)
    {
        if (matrix.Path.Split('.') is not [.. var module, "experts", var number, var name] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var expert)) return null;
        var renamed = name switch { "w1" => "gate_proj", "w3" => "up_proj", "w2" => "down_proj", _ => name };
        return ($"{string.Join('.', module.Select(part => part == "block_sparse_moe" ? "mlp" : part))}.experts", expert, renamed, matrix);
    }
}
