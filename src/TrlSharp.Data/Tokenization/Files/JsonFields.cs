using System.Text.Json;

namespace TrlSharp.Tokenization.Files;

/// <summary>Typed access to a JSON object of a tokenizer file. A value of the wrong kind is refused with the path to it.</summary>
internal readonly struct JsonFields
{
    private readonly JsonElement _element;

    public JsonFields(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.Object) throw new ModelFolderException($"{path} must be an object, but is {Kind(element)}.");
        (_element, Path) = (element, path);
    }

    /// <summary>Where the object is, for messages.</summary>
    public string Path { get; }

    public string Type => String("type");

    /// <summary>The value under a name; null when it is absent or null.</summary>
    public JsonElement? Get(string name) =>
        _element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public string String(string name) => OptionalString(name) ?? throw Missing(name);

    public string? OptionalString(string name) => Get(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, value, "a string");

    public bool Bool(string name, bool absent) => OptionalBool(name) ?? absent;

    public bool? OptionalBool(string name) => Get(name) is not { } value ? null : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, value, "true or false"),
    };

    public int Int(string name) => OptionalInt(name) ?? throw Missing(name);

    public int? OptionalInt(string name) => Get(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0 ? number : throw Wrong(name, value, "a whole number from 0 to 2147483647");

    /// <summary>A string of one UTF-16 unit.</summary>
    public char Char(string name) => String(name) is [var c] ? c : throw Wrong(name, Get(name)!.Value, "one character of the Basic Multilingual Plane");

    /// <summary>A string of one character.</summary>
    public string Character(string name) => String(name) is var text && System.Text.Rune.DecodeFromUtf16(text, out _, out var width) == System.Buffers.OperationStatus.Done && width == text.Length
        ? text : throw Wrong(name, Get(name)!.Value, "one character");

    public JsonFields Object(string name) => new(Get(name) ?? throw Missing(name), $"{Path}.{name}");

    public IEnumerable<(JsonElement Value, string Path)> Array(string name)
    {
        var value = Get(name) ?? throw Missing(name);
        if (value.ValueKind != JsonValueKind.Array) throw Wrong(name, value, "an array");
        var path = $"{Path}.{name}";
        return value.EnumerateArray().Select((item, i) => (item, $"{path}[{i}]"));
    }

    public IEnumerable<JsonFields> Objects(string name) => Array(name).Select(item => new JsonFields(item.Value, item.Path));

    /// <summary>The object's members.</summary>
    public IEnumerable<JsonProperty> Members => _element.EnumerateObject();

    /// <summary>A refusal that names what is not implemented.</summary>
    public ModelFolderException NotImplemented(string what) => new(
        $"{Path} uses {what}, which TrlSharp does not implement. Ids would be wrong, so the tokenizer is refused.");

    private ModelFolderException Missing(string name) => new($"{Path} has no \"{name}\".");

    private ModelFolderException Wrong(string name, JsonElement value, string wanted) => new($"{Path}.{name} must be {wanted}, but is {Kind(value)}.");

    private static string Kind(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 60 ? text : $"{text[..60]}…";
    }
}
