using System.Text.Json.Nodes;
using TrlSharp.Checkpoints;
using TrlSharp.Models.Weights;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models;

/// <summary>Model folders as transformers reads and writes them: config.json, safetensors, tokenizer, chat template.</summary>
public static class ModelFolder
{
    /// <summary>The name of the configuration file.</summary>
    public const string ConfigName = "config.json";

    /// <summary>
    /// Opens a model. Weights are mapped, not read: a folder of gigabytes opens in a fraction of a second, and tensors that need no conversion are not copied.
    /// </summary>
    /// <param name="folder">A folder with config.json and safetensors.</param>
    /// <param name="options">Element type and device; null for the defaults.</param>
    /// <exception cref="ConfigException">There is no such folder.</exception>
    /// <exception cref="ModelFolderException">Something is missing, damaged, or not implemented; the message says what.</exception>
    public static CausalLM Load(string folder, ModelLoadOptions? options = null) => Load(folder, options ?? new(), Path.Combine(folder, ConfigName));

    /// <summary>Opens the weights of a folder with a configuration of another place.</summary>
    internal static CausalLM Load(string folder, ModelLoadOptions options, string path)
    {
        var (config, reader, checkpoint) = Open(folder, path);
        NativeLibraries.EnsureLoaded();
        var source = new CheckpointParameters(checkpoint, options.Dtype ?? StoredType(reader, checkpoint), options.Device ?? CPU);
        var model = CausalLM.Build(config, reader, source, folder, options.IgnoredConfigKeys);
        try
        {
            source.ThrowIfIncomplete(folder, model.Store);
        }
        catch (ModelFolderException)
        {
            model.Dispose();
            throw;
        }

        return model;
    }

    /// <summary>Whether the folder is one that can be loaded, as far as its config and the heads of its weights tell; milliseconds.</summary>
    /// <inheritdoc cref="Load(string, ModelLoadOptions?)" path="/exception"/>
    internal static void Check(string folder) => Open(folder, Path.Combine(folder, ConfigName));

    private static (ModelConfig Config, ConfigReader Reader, Checkpoint Checkpoint) Open(string folder, string path)
    {
        if (!Directory.Exists(folder)) throw new ConfigException($"The model folder {folder} does not exist.");
        if (!File.Exists(path)) throw new ModelFolderException($"{folder} has no {ConfigName}, so it is not a model folder.");
        if (path == Path.Combine(folder, ConfigName)) FolderFiles.Check(folder, ConfigName);
        var config = ModelConfig.Load(path);
        var reader = config.Reader();
        if (reader.Section("quantization_config") is { } quantization)
            throw new ModelFolderException($"{path}: the weights are quantised ({quantization.Text("quant_method", "unknown method")}), which is not implemented. Use the folder with the original weights.");
        return (config, reader, Checkpoint.Open(folder));
    }

    /// <summary>
    /// Writes config.json, generation_config.json and the weights, and copies tokenizer and chat template. Every file appears under its name complete or not at
    /// all, config.json last; files of the same names are replaced, shards of an earlier save removed, other files left alone.
    /// </summary>
    /// <exception cref="ConfigException">The folder must not be written. Nothing half-written is left.</exception>
    /// <exception cref="DiskException">The disk is full or broken. Nothing half-written is left.</exception>
    public static void Save(CausalLM model, string folder, ModelSaveOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        SaveOn(Disk.Instance, model, folder, options ?? new());
    }

    internal static void SaveOn(IDisk disk, CausalLM model, string folder, ModelSaveOptions options)
    {
        try
        {
            FolderWriter.Write(model, folder, options, disk);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ConfigException($"The model cannot be saved in {folder}: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new DiskException($"The model cannot be saved in {folder}: {e.Message}", e);
        }
    }

    /// <summary>The element type that a folder names or holds.</summary>
    internal static ScalarType StoredType(string folder) => StoredType(ModelConfig.Load(Path.Combine(folder, ConfigName)).Reader(), Checkpoint.Open(folder));

    private static ScalarType StoredType(ConfigReader config, Checkpoint checkpoint)
    {
        var named = config.Text("dtype", config.Text("torch_dtype", "auto"));
        ScalarType? type = named switch
        {
            "float32" => ScalarType.Float32,
            "bfloat16" => ScalarType.BFloat16,
            "float16" => ScalarType.Float16,
            "float64" => ScalarType.Float64,
            _ => null,
        };
        return type ?? checkpoint.Names.Order(StringComparer.Ordinal).Select(name => SafetensorsDtype.ToScalarType(checkpoint.FileOf(name).Entry(name).Dtype))
            .FirstOrDefault(stored => stored is ScalarType.Float32 or ScalarType.BFloat16 or ScalarType.Float16) ?? ScalarType.Float32;
    }

    /// <summary>config.json of a model that is about to be saved: the source's, with the element type that is written.</summary>
    internal static JsonObject ConfigOf(CausalLM model, ScalarType? dtype = null)
    {
        var json = model.Config.ToJson();
        var key = json.ContainsKey("dtype") || !json.ContainsKey("torch_dtype") ? "dtype" : "torch_dtype";
        json[key] = (dtype ?? model.Dtype) switch
        {
            ScalarType.BFloat16 => "bfloat16",
            ScalarType.Float16 => "float16",
            ScalarType.Float64 => "float64",
            _ => "float32",
        };
        if (FolderWriter.IsSeparated(model)) json["tie_word_embeddings"] = false;
        return json;
    }
}
