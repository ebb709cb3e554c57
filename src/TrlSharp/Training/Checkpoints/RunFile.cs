using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrlSharp.Training.Checkpoints;

/// <summary>run.json of a checkpoint: where the run stands, and what it was.</summary>
/// <param name="Format">1.</param>
/// <param name="Identity">What it was.</param>
/// <param name="State">Where it stands.</param>
internal sealed record RunFile(int Format, RunIdentity Identity, TrainerState State)
{
    public const string Name = "run.json";
    private const int Current = 1;

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new NamedValues() },
    };

    public static string Write(RunIdentity identity, TrainerState state) => JsonSerializer.Serialize(new RunFile(Current, identity, state), Json) + "\n";

    /// <exception cref="ModelFolderException">The file was written by another version of this program.</exception>
    public static RunFile Read(string checkpoint)
    {
        var path = Path.Combine(checkpoint, Name);
        try
        {
            var file = JsonSerializer.Deserialize<RunFile>(File.ReadAllBytes(path), Json);
            return file is { Format: Current } ? file : throw new ModelFolderException($"{path} has the format {file?.Format}, which this version does not read. Resume with the version that wrote it.");
        }
        catch (JsonException e)
        {
            throw new ModelFolderException($"{path} cannot be read: {e.Message} Resume with the version that wrote it.", e);
        }
    }

    /// <summary>Metrics as an object, in their order.</summary>
    private sealed class NamedValues : JsonConverter<IReadOnlyList<(string Name, double Value)>>
    {
        public override IReadOnlyList<(string Name, double Value)> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var values = new List<(string, double)>();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                values.Add((name, JsonSerializer.Deserialize<double>(ref reader, options)));
            }

            return values;
        }

        public override void Write(Utf8JsonWriter writer, IReadOnlyList<(string Name, double Value)> value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            foreach (var (name, number) in value)
            {
                writer.WritePropertyName(name);
                JsonSerializer.Serialize(writer, number, options);
            }

            writer.WriteEndObject();
        }
    }
}
