using System.Text.RegularExpressions;
using TrlSharp.Examples;
using TrlSharp.Mixtures;
using TrlSharp.Rows;

namespace TrlSharp.Sft.Options;

/// <summary>Values of the settings about rows: names, formats, filters. Shared by the flags and the sources of a mixture.</summary>
internal static partial class DataOptionValue
{
    private static readonly string[] FormatNames = [.. Enum.GetNames<RowFormat>().Select(n => WordStart().Replace(n, "_$0").ToLowerInvariant())];

    private static readonly string[] FilterKeys = ["field", "any_of", "least", "most", "least_length", "most_length"];

    /// <summary>The formats, for help and messages.</summary>
    public static string Formats => string.Join(", ", FormatNames);

    /// <summary>A format by its name in snake_case: <c>prompt_completion</c>.</summary>
    public static RowFormat Format(string name)
    {
        var at = Array.IndexOf(FormatNames, name);
        if (at >= 0) return Enum.GetValues<RowFormat>()[at];
        throw new ConfigException($"row_format: {name} is no format{(NearestName.Find(name, FormatNames) is { } near ? $"; did you mean {near}?" : $": {Formats}.")}");
    }

    /// <summary>A map from names to names.</summary>
    public static Dictionary<string, string> Names(string key, RowValue value)
    {
        if (value.IsNull) return [];
        if (value.Kind != RowValueKind.Map || value.Fields.Any(f => f.Value.Kind != RowValueKind.String))
            throw new ConfigException($"{key} is {value}; wanted: a map from one name to another, such as {{\"text\": \"body\"}}.");
        return value.Fields.ToDictionary(f => f.Key, f => f.Value.Text, StringComparer.Ordinal);
    }

    /// <summary>A list of filters, or one alone.</summary>
    public static IReadOnlyList<RowFilter> Filters(string key, RowValue value)
    {
        if (value.IsNull) return [];
        var items = value.Kind == RowValueKind.List ? value.Items : [value];
        return [.. items.Select(item => Filter(key, item))];
    }

    private static RowFilter Filter(string key, RowValue item)
    {
        if (item.Kind != RowValueKind.Map || item.Find("field") is not { Kind: RowValueKind.String } field)
            throw new ConfigException($"{key}: {item} is no filter; wanted: a map with field and one or more of {string.Join(", ", FilterKeys[1..])}.");
        foreach (var (name, _) in item.Fields)
            if (!FilterKeys.Contains(name)) throw new ConfigException($"{key}: {name} is unknown{(NearestName.Find(name, FilterKeys) is { } near ? $"; did you mean {near}?" : $"; known: {string.Join(", ", FilterKeys)}.")}");
        return new()
        {
            Field = field.Text,
            AnyOf = item.Find("any_of") is { IsNull: false } any ? any.Kind == RowValueKind.List ? any.Items : [any] : null,
            Least = Number(key, item, "least"),
            Most = Number(key, item, "most"),
            LeastLength = (int?)Number(key, item, "least_length"),
            MostLength = (int?)Number(key, item, "most_length"),
        };
    }

    /// <summary>A number of a map, or null when it is absent.</summary>
    public static double? Number(string key, RowValue map, string name) => map.Find(name) switch
    {
        null or { IsNull: true } => null,
        { Kind: RowValueKind.Integer or RowValueKind.Real } number => number.Number(),
        { } other => throw new ConfigException($"{key}: {name} is {other}; wanted: a number."),
    };

    [GeneratedRegex("(?<=[a-z])[A-Z]")]
    private static partial Regex WordStart();
}
