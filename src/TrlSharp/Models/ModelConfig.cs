using System.Text;
using System.Text.Json.Nodes;
using TrlSharp.Checkpoints;

namespace TrlSharp.Models;

/// <summary>A config.json: which architecture, which sizes. Both spellings are understood, that of transformers 4 and that of transformers 5.</summary>
public sealed class ModelConfig
{
    private readonly JsonObject _json;

    private ModelConfig(JsonObject json, string origin)
    {
        _json = json;
        Origin = origin;
    }

    /// <summary>The file, for messages.</summary>
    public string Origin { get; }

    /// <summary><c>model_type</c>: <c>llama</c>, <c>qwen3</c> …</summary>
    public string ModelType => Reader().Text("model_type");

    /// <summary>Positions that the model was trained with: <c>max_position_embeddings</c> or <c>n_positions</c>; null where the file does not say.</summary>
    public int? ContextLength
    {
        get
        {
            var reader = Reader();
            var key = reader.Has("n_positions") ? "n_positions" : "max_position_embeddings";
            return reader.Has(key) ? reader.Int(key) : null;
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelFolderException">There is no such file, or it is not a JSON object.</exception>
    public static ModelConfig Load(string path) => new(StrictJson.ReadObject(path), path);

    /// <summary>Reads text, for models that do not come from a folder.</summary>
    /// <param name="json">The content of a config.json.</param>
    /// <param name="origin">Where it comes from, for messages.</param>
    /// <exception cref="ModelFolderException">It is not a JSON object.</exception>
    public static ModelConfig Parse(string json, string origin = "config.json") => new(StrictJson.ParseObject(Encoding.UTF8.GetBytes(json), origin), origin);

    /// <summary>A copy of the object.</summary>
    public JsonObject ToJson() => _json.DeepClone().AsObject();

    /// <summary>A fresh reader, which has seen no key yet.</summary>
    internal ConfigReader Reader() => new(_json, Origin);
}
