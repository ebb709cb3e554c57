using System.Globalization;
using System.Text.RegularExpressions;
using TrlSharp.Rows;

namespace TrlSharp.Sequences.Policies;

/// <summary>Reads <c>rules: [{where: {role, channel, path, regex, tool, meta.field}, weight}]</c>.</summary>
internal sealed class RuleReader(List<string> problems, PolicyValues values)
{
    private static readonly string[] Channels = ["thinking", "content", "tool_calls", "stop"];
    private static readonly string[] Conditions = ["role", "channel", "path", "regex", "tool", "meta"];

    public IReadOnlyList<WeightRule> Read(string path, RowValue value)
    {
        if (value.Kind == RowValueKind.List) return [.. value.Items.Select((item, i) => ReadRule(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), item))];
        problems.Add($"{path} is {value}; it must be a list of rules {{\"where\": {{…}}, \"weight\": …}}.");
        return [];
    }

    private WeightRule ReadRule(string path, RowValue item)
    {
        foreach (var key in item.Kind == RowValueKind.Map ? item.Fields.Select(f => f.Key).Where(k => k is not ("where" or "weight")) : [])
            problems.Add($"{path}.{key} is unknown{PolicyReader.Guess(key, ["where", "weight"])}.");
        if (item.Find("weight") is not { } weight || item.Find("where") is not { Kind: RowValueKind.Map } where)
        {
            problems.Add($"{path} must have \"where\" (a map) and \"weight\".");
            return new WeightRule(1);
        }

        var rule = new WeightRule(values.Weight($"{path}.weight", weight));
        foreach (var (key, value) in where.Fields) rule = Condition(rule, $"{path}.where.{key}", key, value);
        if (rule is { Path: not null, Channel: not (null or "tool_calls") }) problems.Add($"{path}.where.path goes with channel tool_calls only.");
        return rule;
    }

    private WeightRule Condition(WeightRule rule, string path, string key, RowValue value)
    {
        switch (key)
        {
            case "role": return rule with { Role = values.Text(path, value) };
            case "channel": return rule with { Channel = OneOf(path, value, Channels) };
            case "path": return rule with { Path = OneOf(path, value, ["name", "arguments"]) };
            case "tool": return rule with { Tool = values.Text(path, value) };
            case "regex": return rule with { Pattern = Pattern(path, value) };
            case "meta" when value is { Kind: RowValueKind.Map, Fields: [var (field, expected)] }: return rule with { MetaField = field, MetaValue = AsText(expected) };
            case var _ when key.StartsWith("meta.", StringComparison.Ordinal): return rule with { MetaField = key[5..], MetaValue = AsText(value) };
        }

        problems.Add($"{path} is unknown{PolicyReader.Guess(key, Conditions)}; conditions are role, channel, path, regex, tool and meta.COLUMN.");
        return rule;
    }

    internal static string AsText(RowValue value) => value.Kind == RowValueKind.String ? value.Text : value.ToString();

    private string? OneOf(string path, RowValue value, string[] choices)
    {
        if (value.Kind == RowValueKind.String && choices.Contains(value.Text)) return value.Text;
        problems.Add($"{path} is {value}; it must be one of {string.Join(", ", choices)}.");
        return null;
    }

    /// <summary>Linear-time matching where the pattern allows it, so that no row can stall a run.</summary>
    private Regex? Pattern(string path, RowValue value)
    {
        const RegexOptions Common = RegexOptions.CultureInvariant;
        try
        {
            return new Regex(values.Text(path, value), Common | RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException)
        {
            return new Regex(value.Text, Common, TimeSpan.FromSeconds(10));
        }
        catch (ArgumentException e)
        {
            problems.Add($"{path} is no regular expression: {e.Message}");
            return null;
        }
    }
}
