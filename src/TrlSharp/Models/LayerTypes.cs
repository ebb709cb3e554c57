namespace TrlSharp.Models;

/// <summary>Which layer is of which type: <c>layer_types</c> of transformers 5, or what older keys implied.</summary>
internal static class LayerTypes
{
    public const string Full = "full_attention";
    public const string Sliding = "sliding_attention";

    /// <summary>The type of every layer.</summary>
    /// <param name="config">config.json.</param>
    /// <param name="implied">The type of a 0-based layer where the file has no <c>layer_types</c>.</param>
    /// <param name="known">The types that the family has; by default full and sliding attention.</param>
    public static IReadOnlyList<string> Read(ConfigReader config, Func<int, string> implied, params string[] known)
    {
        var layers = config.Size("num_hidden_layers");
        if (config.Texts("layer_types") is not { } types) return [.. Enumerable.Range(0, Math.Min(layers, DecoderBuilder.MostLayers)).Select(implied)];
        if (known.Length == 0) known = [Full, Sliding];
        if (types.Count != layers) throw config.Wrong("layer_types", $"a list of num_hidden_layers = {layers} types");
        if (types.FirstOrDefault(type => !known.Contains(type)) is not null) throw config.Wrong("layer_types", $"a list of {string.Join(", ", known)}");
        return types;
    }

    /// <summary>Full attention in every n-th layer, the last of its group; sliding in the others.</summary>
    public static Func<int, string> EveryNthFull(int n) => layer => (layer + 1) % n == 0 ? Full : Sliding;

    /// <summary>The window of every layer: <c>sliding_window</c> where the type is sliding.</summary>
    public static IReadOnlyList<int?> Windows(ConfigReader config, IReadOnlyList<string> types, int? fallback = null)
    {
        var window = config.SizeOrNull("sliding_window", fallback);
        return [.. types.Select(type => type == Sliding ? window ?? throw config.Wrong("sliding_window", "a whole number above 0") : (int?)null)];
    }
}
