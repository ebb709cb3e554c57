using System.Globalization;

namespace TrlSharp.Optimization;

/// <summary><c>optim_args</c>: remembers what was asked for, so that an argument nobody reads is refused.</summary>
internal sealed class OptimizerArguments
{
    private readonly Dictionary<string, string> _given = new(StringComparer.Ordinal);
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private readonly string _optimizer;

    public OptimizerArguments(string optimizer, string? text)
    {
        _optimizer = optimizer;
        foreach (var pair in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length < 2 || !_given.TryAdd(parts[0], parts[1])) throw new ConfigException($"optim_args: \"{pair}\" is not a new pair name=value; pairs are separated by commas.");
        }
    }

    public double Number(string name, double otherwise) => OptionalNumber(name) ?? otherwise;

    public double? OptionalNumber(string name)
    {
        _read.Add(name);
        if (!_given.TryGetValue(name, out var text) || text is "None") return null;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : throw new ConfigException($"optim_args: {name} is \"{text}\"; it must be a number.");
    }

    public bool Flag(string name, bool otherwise)
    {
        _read.Add(name);
        return !_given.TryGetValue(name, out var text) ? otherwise : text.ToLowerInvariant() switch
        {
            "true" or "1" => true,
            "false" or "0" => false,
            _ => throw new ConfigException($"optim_args: {name} is \"{text}\"; it must be True or False."),
        };
    }

    public void RefuseUnread()
    {
        foreach (var name in _given.Keys.Where(n => !_read.Contains(n)))
            throw new ConfigException($"optim_args: {_optimizer} has no argument {name}{(_read.Count == 0 ? "; it has none." : $". It has: {string.Join(", ", _read)}.")}");
    }
}
