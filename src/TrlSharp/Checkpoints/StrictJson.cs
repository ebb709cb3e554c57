using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrlSharp.Checkpoints;

/// <summary>Parses JSON of a downloaded folder: no key twice, no text that is not Unicode, limited depth.</summary>
internal static class StrictJson
{
    /// <exception cref="ModelFolderException">The text is not such JSON, or not an object.</exception>
    public static JsonObject ParseObject(ReadOnlySpan<byte> json, string origin)
    {
        try
        {
            var node = JsonNode.Parse(json, documentOptions: new() { AllowDuplicateProperties = false, MaxDepth = 64 });
            if (node is not JsonObject root) throw new ModelFolderException($"{origin} is not a JSON object.");
            DecodeTexts(root);
            return root;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ModelFolderException($"{origin} is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelFolderException">It cannot be read, or see <see cref="ParseObject"/>.</exception>
    public static JsonObject ReadObject(string path)
    {
        try
        {
            ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
            return ParseObject(bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFolderException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>System.Text.Json decodes lazily: half a surrogate pair would be found only when somebody looks.</summary>
    private static void DecodeTexts(JsonNode? node)
    {
        if (node is JsonObject map) foreach (var (_, value) in map) DecodeTexts(value);
        else if (node is JsonArray list) foreach (var item in list) DecodeTexts(item);
        else if (node is JsonValue text && text.GetValueKind() == JsonValueKind.String) text.GetValue<string>();
    }
}
