using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using TrlSharp.Batches;
using TrlSharp.Rows;

namespace TrlSharp.Training;

/// <summary>Settings records as JSON, for the run folder and for telling what changed between two runs.</summary>
internal static class SettingsText
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(), new AsText<LossNormalization>(), new AsText<RowValue>() },
    };

    /// <summary>All members, nested records as objects.</summary>
    public static string ToJson(object settings) => JsonSerializer.Serialize(settings, settings.GetType(), Format);

    /// <summary>One line per member that differs: <c>Training.Seed: was 42, is 7</c>.</summary>
    public static IReadOnlyList<string> Differences(string before, string after)
    {
        using var was = JsonDocument.Parse(before);
        using var @is = JsonDocument.Parse(after);
        var (old, now) = (Leaves("", was.RootElement).ToDictionary(), Leaves("", @is.RootElement).ToDictionary());
        return [.. old.Keys.Union(now.Keys).Where(k => old.GetValueOrDefault(k) != now.GetValueOrDefault(k))
            .Select(k => $"{k}: was {old.GetValueOrDefault(k, "absent")}, is {now.GetValueOrDefault(k, "absent")}")];
    }

    private static IEnumerable<KeyValuePair<string, string>> Leaves(string path, JsonElement element) => element.ValueKind == JsonValueKind.Object
        ? element.EnumerateObject().SelectMany(p => Leaves(path.Length == 0 ? p.Name : $"{path}.{p.Name}", p.Value))
        : [KeyValuePair.Create(path, element.GetRawText())];

    private sealed class AsText<T> : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("Settings are written, not read.");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value?.ToString());
    }
}
