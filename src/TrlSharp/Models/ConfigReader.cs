using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrlSharp.Models;

/// <summary>
/// Reads an object of config.json and remembers what was asked for, so that a key which nobody asked for can be refused: a model that ignores a setting
/// computes something else than its author meant.
/// </summary>
/// <param name="json">The object.</param>
/// <param name="origin">The file, for messages.</param>
/// <param name="path">Empty, or the keys that lead here followed by a dot.</param>
internal sealed class ConfigReader(JsonObject json, string origin, string path = "")
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConfigReader> _sections = new(StringComparer.Ordinal);

    /// <summary>The file, for messages.</summary>
    public string Origin => origin;

    /// <summary>Whether the key is there with a value other than null.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>The keys of this object.</summary>
    public IEnumerable<string> Keys => json.Select(item => item.Key);

    /// <summary>Whether the value is a text.</summary>
    public bool IsText(string key) => Find(key)?.GetValueKind() == JsonValueKind.String;

    /// <summary>Whether the value is a list.</summary>
    public bool IsList(string key) => Find(key) is JsonArray;

    /// <summary>Whether the value is a number.</summary>
    public bool IsNumber(string key) => Find(key)?.GetValueKind() == JsonValueKind.Number;

    /// <summary>Whether the key has a value other than null, false, an empty list and an empty object.</summary>
    public bool IsOn(string key) => Find(key) switch
    {
        null or JsonArray { Count: 0 } or JsonObject { Count: 0 } => false,
        var value => value.GetValueKind() != JsonValueKind.False,
    };

    public int Int(string key, int? fallback = null)
    {
        if (Find(key) is not { } value) return fallback ?? throw Missing(key);
        return Number(value) is { } number && number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue ? (int)number : throw Wrong(key, value, "a whole number");
    }

    /// <summary>A size: at least 1.</summary>
    public int Size(string key, int? fallback = null) =>
        Int(key, fallback) is var size and > 0 ? size : throw Wrong(key, Find(key)!, "a whole number above 0");

    public double Double(string key, double? fallback = null)
    {
        if (Find(key) is not { } value) return fallback ?? throw Missing(key);
        return Number(value) ?? throw Wrong(key, value, "a number");
    }

    /// <summary>A number; null where the file says null, <paramref name="fallback"/> where it is silent.</summary>
    public double? DoubleOrNull(string key, double? fallback) => !json.ContainsKey(key) ? fallback : Has(key) ? Double(key) : null;

    public bool Bool(string key, bool? fallback = null)
    {
        if (Find(key) is not { } value) return fallback ?? throw Missing(key);
        return value.GetValueKind() switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => throw Wrong(key, value, "true or false") };
    }

    public string Text(string key, string? fallback = null)
    {
        if (Find(key) is not { } value) return fallback ?? throw Missing(key);
        return value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : throw Wrong(key, value, "a text");
    }

    /// <summary>A list of texts, or null if absent.</summary>
    public IReadOnlyList<string>? Texts(string key) =>
        List(key, item => item?.GetValueKind() == JsonValueKind.String ? item.GetValue<string>() : null, "a list of texts")?.Select(text => text!).ToList();

    /// <summary>A list of whole numbers, or null if absent.</summary>
    public IReadOnlyList<int>? Ints(string key) =>
        List(key, item => item is not null && Number(item) is { } number && number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue ? (int)number : (int?)null, "a list of whole numbers")
            ?.Select(number => number!.Value).ToList();

    /// <summary>A list of numbers, or null if absent.</summary>
    public IReadOnlyList<double>? Doubles(string key) =>
        List(key, item => item is null ? null : Number(item), "a list of numbers")?.Select(number => number!.Value).ToList();

    /// <summary>A nested object, or null if absent. Its keys are checked together with this object's.</summary>
    public ConfigReader? Section(string key)
    {
        if (Find(key) is not { } value) return null;
        if (value is not JsonObject nested) throw Wrong(key, value, "an object");
        if (!_sections.TryGetValue(key, out var section)) _sections[key] = section = new(nested, origin, $"{path}{key}.");
        return section;
    }

    /// <summary>A size that another one limits.</summary>
    public int SizeUpTo(string key, int limit, string limitName, int? fallback = null) =>
        Size(key, fallback) is var size && size <= limit ? size : throw Wrong(key, $"at most {limitName} = {limit}");

    /// <summary>A size; null where the file says null or 0, <paramref name="fallback"/> where it is silent.</summary>
    public int? SizeOrNull(string key, int? fallback) => !json.ContainsKey(key) && Find(key) is null ? fallback : Has(key) && Int(key) != 0 ? Size(key) : null;

    /// <summary>Demands the only value that is implemented, where the key is present.</summary>
    public void Only(string key, string implemented)
    {
        if (Find(key) is { } value && value.ToString() != implemented && !(Number(value) is { } number && number == Parsed(implemented)))
            throw new ModelFolderException($"{origin}: {path}{key} is {value.ToJsonString()}, but only {implemented} is implemented.");
    }

    /// <summary>Keys with a value that nobody asked for, here and in nested objects.</summary>
    public IEnumerable<(string Path, string Key, JsonNode Value)> Unread()
    {
        foreach (var (key, value) in json)
            if (value is not null && !_read.Contains(key)) yield return (path, key, value);
        foreach (var section in _sections.Values)
            foreach (var item in section.Unread()) yield return item;
    }

    public ModelFolderException Wrong(string key, string wanted) => Wrong(key, Find(key) ?? JsonValue.Create("null"), wanted);

    private JsonNode? Find(string key)
    {
        _read.Add(key);
        return json[key];
    }

    private List<T>? List<T>(string key, Func<JsonNode?, T> convert, string wanted)
    {
        if (Find(key) is not { } value) return null;
        if (value is not JsonArray array) throw Wrong(key, value, wanted);
        return [.. array.Select(item => convert(item) ?? throw Wrong(key, value, wanted))];
    }

    private static double? Parsed(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static double? Number(JsonNode value) =>
        value.GetValueKind() == JsonValueKind.Number && double.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : null;

    private ModelFolderException Missing(string key) => new($"{origin} lacks the key {path}{key}.");

    private ModelFolderException Wrong(string key, JsonNode value, string wanted) => new($"{origin}: {path}{key} is {value.ToJsonString()}, but {wanted} is needed.");
}
