using System.Text.Json.Nodes;

namespace TrlSharp.Checkpoints;

/// <summary>The tensors of a model folder: <c>model.safetensors</c>, or shards and their index.</summary>
internal sealed class Checkpoint
{
    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";
    private readonly Dictionary<string, SafetensorsFile> _files;

    private Checkpoint(Dictionary<string, SafetensorsFile> files) => _files = files;

    /// <summary>Names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => _files.Keys;

    /// <summary>Opens and checks the headers of all files; reads no data.</summary>
    /// <exception cref="ModelFolderException">No weights, weights in another format, a damaged file, or an index that leads out of the folder.</exception>
    public static Checkpoint Open(string folder)
    {
        if (File.Exists(Path.Combine(folder, Single))) return new(OpenSingle(folder));
        if (File.Exists(Path.Combine(folder, Index))) return new(OpenShards(folder));
        var pickled = Directory.EnumerateFiles(folder).Select(Path.GetFileName).FirstOrDefault(
            name => name!.EndsWith(".bin", StringComparison.Ordinal) || name.EndsWith(".pt", StringComparison.Ordinal) || name.EndsWith(".pth", StringComparison.Ordinal));
        throw new ModelFolderException(pickled is null
            ? $"{folder} has no weights: neither {Single} nor {Index} is there."
            : $"{folder} has its weights in {pickled}, a Python pickle, which can run any program when it is read and is never opened here. Convert it once in Python: "
            + $"AutoModelForCausalLM.from_pretrained(\"{folder}\").save_pretrained(\"NEW_FOLDER\").");
    }

    public bool Contains(string name) => _files.ContainsKey(name);

    /// <summary>The file that holds a tensor.</summary>
    public SafetensorsFile FileOf(string name) => _files[name];

    private static Dictionary<string, SafetensorsFile> OpenSingle(string folder)
    {
        var file = OpenFile(folder, Single);
        return file.Entries.ToDictionary(entry => entry.Name, _ => file, StringComparer.Ordinal);
    }

    private static Dictionary<string, SafetensorsFile> OpenShards(string folder)
    {
        FolderFiles.Check(folder, Index);
        var path = Path.Combine(folder, Index);
        var shards = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        var files = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        foreach (var (name, shard) in ReadIndex(path))
        {
            if (!shards.TryGetValue(shard, out var file)) shards[shard] = file = OpenFile(folder, shard);
            files[name] = file.Contains(name) ? file : throw new ModelFolderException($"{path} places tensor {name} in {shard}, but that file does not have it.");
        }

        var unlisted = shards.Values.SelectMany(file => file.Entries.Select(e => (e.Name, file.Path))).FirstOrDefault(t => !files.ContainsKey(t.Name));
        if (unlisted.Name is not null) throw new ModelFolderException($"{unlisted.Path} holds tensor {unlisted.Name}, which {path} does not list.");
        return files;
    }

    private static List<(string Name, string Shard)> ReadIndex(string path)
    {
        if (StrictJson.ReadObject(path)["weight_map"] is not JsonObject map) throw new ModelFolderException($"{path} has no object \"weight_map\".");
        return [.. map.Select(item => (item.Key, item.Value is JsonValue value && value.TryGetValue<string>(out var shard)
            ? shard
            : throw new ModelFolderException($"{path}: the file of tensor {item.Key} is not a text.")))];
    }

    private static SafetensorsFile OpenFile(string folder, string name)
    {
        FolderFiles.Check(folder, name);
        return SafetensorsFile.Open(Path.Combine(folder, name));
    }
}
