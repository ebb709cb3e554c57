using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace TrlSharp.Rows;

/// <summary>
/// The front matter of a data-set repository's README.md, as far as it says which files are which split: <c>configs</c>, each with <c>config_name</c>,
/// <c>data_dir</c> and <c>data_files</c> (a pattern, a list of patterns, or a list of split and path).
/// </summary>
internal static class DataSetCard
{
    /// <summary>The patterns of one split, relative to the folder; null when the card does not say.</summary>
    /// <exception cref="ConfigException">The card cannot be read, names several configurations of which none is the default, or has no such split.</exception>
    public static IReadOnlyList<string>? Patterns(string folder, string split, string? configuration)
    {
        var card = Path.Combine(folder, "README.md");
        var configs = File.Exists(card) ? Configurations(card) : null;
        if (configs is null)
            return configuration is null ? null : throw new ConfigException($"{folder} has no README.md that lists configurations, so there is none named \"{configuration}\".");
        var chosen = Choose(card, configs, configuration);
        var files = Child(chosen, "data_files");
        if (files is null) return Child(chosen, "data_dir") is YamlScalarNode { Value: { } folderName } ? [folderName.TrimEnd('/') + "/**/*"] : null;
        var prefix = Child(chosen, "data_dir") is YamlScalarNode { Value: { Length: > 0 } below } ? below.TrimEnd('/') + "/" : "";
        var bySplit = Splits(card, files);
        if (bySplit.TryGetValue(split, out var patterns) || bySplit.TryGetValue(DataSplits.Canonical(split), out patterns)) return [.. patterns.Select(p => prefix + p)];
        throw new ConfigException($"{card} lists no split \"{split}\"; it lists: {string.Join(", ", bySplit.Keys.Order(StringComparer.Ordinal))}.");
    }

    private static List<YamlMappingNode>? Configurations(string card)
    {
        var lines = File.ReadAllLines(card);
        if (lines.Length == 0 || lines[0].TrimEnd() != "---") return null;
        var end = Array.FindIndex(lines, 1, line => line.TrimEnd() is "---" or "...");
        if (end < 0) return null;
        try
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(string.Join('\n', lines[1..end])));
            if (yaml.Documents.Count == 0 || yaml.Documents[0].RootNode is not YamlMappingNode root) return null;
            return Child(root, "configs") is YamlSequenceNode list ? [.. list.Children.OfType<YamlMappingNode>()] : null;
        }
        catch (YamlException e)
        {
            throw new ConfigException($"{card}:{e.Start.Line + 1}: the front matter is not valid YAML: {e.Message}", e);
        }
    }

    private static YamlMappingNode Choose(string card, List<YamlMappingNode> configs, string? wanted)
    {
        var names = configs.Select(c => Child(c, "config_name") is YamlScalarNode { Value: { } name } ? name : "default").ToList();
        var at = wanted is not null ? names.IndexOf(wanted)
            : configs.Count == 1 ? 0
            : configs.FindIndex(c => Child(c, "default") is YamlScalarNode { Value: "true" }) is >= 0 and var marked ? marked
            : names.IndexOf("default");
        if (at >= 0) return configs[at];
        throw new ConfigException(wanted is null
            ? $"{card} lists several configurations, none of them the default: {string.Join(", ", names)}. Name one."
            : $"{card} lists no configuration \"{wanted}\"; it lists: {string.Join(", ", names)}.");
    }

    private static Dictionary<string, List<string>> Splits(string card, YamlNode files)
    {
        var splits = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var node in files is YamlSequenceNode list ? list.Children : [files])
        {
            if (node is YamlMappingNode map && Child(map, "split") is YamlScalarNode { Value: { } split } && Child(map, "path") is { } path)
                AddPaths(split, path);
            else if (node is YamlScalarNode)
                AddPaths(DataSplits.Train, node);
            else
                throw new ConfigException($"{card}:{node.Start.Line + 1}: an entry of data_files is neither a path nor a split with a path.");
        }

        return splits;

        void AddPaths(string split, YamlNode path)
        {
            if (!splits.TryGetValue(split, out var known)) splits.Add(split, known = []);
            known.AddRange((path is YamlSequenceNode many ? many.Children : [path]).OfType<YamlScalarNode>().Select(p => p.Value ?? ""));
        }
    }

    private static YamlNode? Child(YamlMappingNode map, string key) => map.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;
}
