using System.Text.Encodings.Web;
using System.Text.Json;
using TorchSharp.Modules;
using TrlSharp.Checkpoints;
using TrlSharp.Models;
using static TorchSharp.torch;

namespace TrlSharp.Adapters;

/// <summary>Adapter folders as PEFT reads and writes them.</summary>
internal static class LoraFolder
{
    public const string ConfigName = "adapter_config.json";
    public const string WeightsName = "adapter_model.safetensors";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string? BaseModelOf(string folder)
    {
        var config = OpenConfig(folder);
        return config.IsText("base_model_name_or_path") ? config.Text("base_model_name_or_path") : null;
    }

    public static LoraAdapter Load(CausalLM model, string folder, string name)
    {
        var config = LoraConfigFile.Read(OpenConfig(folder));
        var weights = Path.Combine(folder, WeightsName);
        if (!File.Exists(weights))
            throw new ModelFolderException(File.Exists(Path.Combine(folder, "adapter_model.bin"))
                ? $"{folder} has its weights in adapter_model.bin, a Python pickle, which is never opened here. Load and save it once with PEFT."
                : $"{folder} has no {WeightsName}.");
        FolderFiles.Check(folder, WeightsName);
        return Load(model, SafetensorsFile.Open(weights), config, name);
    }

    /// <summary>Writes config and weights, both or neither: an adapter that was there stays until both are on the disk.</summary>
    public static void Save(LoraAdapter adapter, string folder, IDisk? disk = null)
    {
        disk ??= Disk.Instance;
        try
        {
            FolderExchange.Save(
                disk,
                folder,
                staging =>
                {
                    FolderWriter.WriteShard(Path.Combine(staging, WeightsName), Tensors(adapter), disk);
                    FolderWriter.WriteText(Path.Combine(staging, ConfigName), ConfigText(adapter), disk);
                },
                (exchange, staging) =>
                {
                    exchange.Remove(ConfigName);
                    foreach (var name in new[] { WeightsName, ConfigName }) exchange.Replace(Path.Combine(staging, name), name);
                });
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ConfigException($"The adapter cannot be saved in {folder}: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new DiskException($"The adapter cannot be saved in {folder}: {e.Message}", e);
        }
    }

    private static ConfigReader OpenConfig(string folder)
    {
        if (!Directory.Exists(folder)) throw new ConfigException($"The adapter folder {folder} does not exist.");
        var path = Path.Combine(folder, ConfigName);
        if (!File.Exists(path)) throw new ModelFolderException($"{folder} has no {ConfigName}, so it is not an adapter folder.");
        FolderFiles.Check(folder, ConfigName);
        return new(StrictJson.ReadObject(path), path);
    }

    /// <summary>What the file of the weights holds. PEFT stores an adapted embedding itself too.</summary>
    public static List<(string Name, Tensor Value)> Tensors(LoraAdapter adapter) =>
    [
        .. adapter.Parts.Tensors.Select(t => (t.Name, (Tensor)t.Value)),
        .. adapter.Parts.Embeddings.Select(e => ($"{LoraBuilder.Prefix}{e.Module.Path}.base_layer.weight", (Tensor)e.Module.Weight.Value)),
    ];

    /// <summary>adapter_config.json.</summary>
    public static string ConfigText(LoraAdapter adapter) =>
        LoraConfigFile.Write(adapter.Config, adapter.BaseModel, adapter.Parts.Linears.Any(l => l.Module.IsTransposed), ExpandedTargets(adapter)).ToJsonString(Indented) + "\n";

    private static LoraAdapter Load(CausalLM model, SafetensorsFile file, LoraConfig config, string name)
    {
        var problems = new List<string>();
        var used = new HashSet<string>(StringComparer.Ordinal);
        Parameter Read(string stored, long[] shape, LoraTensor kind, Tensor? start)
        {
            using var scope = NewDisposeScope();
            used.Add(stored);
            Tensor value;
            if (!file.Contains(stored))
            {
                problems.Add($"missing: {stored}");
                value = zeros(shape);
            }
            else
            {
                value = file.Read(stored);
                if (!value.shape.SequenceEqual(shape)) problems.Add($"{stored} is [{string.Join(", ", value.shape)}] instead of [{string.Join(", ", shape)}]");
                value = value.to(kind == LoraTensor.Copy ? start!.dtype : ScalarType.Float32, model.Device);
            }

            return (Parameter)nn.Parameter(value).DetachFromDisposeScope();
        }

        var adapter = new LoraAdapter(model, config, name, owner => new LoraBuilder(owner, Read).Build());
        foreach (var embedding in adapter.Parts.Embeddings) CheckBase(file, $"{embedding.Module.Path}.base_layer.weight", embedding.Module.Weight.Value, used, problems);
        if (adapter.Parts.Rows.Count > 0) CheckBase(file, $"{model.Decoder.Embedding.Path}.token_adapter.base_layer.weight", model.Decoder.Embedding.Weight.Value, used, problems);
        problems.AddRange(file.Entries.Where(entry => !used.Contains(entry.Name)).Select(entry => $"unexpected: {entry.Name}"));
        if (problems.Count == 0) return adapter;
        adapter.Dispose();
        throw new ModelFolderException($"The tensors of {file.Path} do not fit the model and {ConfigName}. {string.Join("; ", problems.Take(8))}{(problems.Count > 8 ? $"; and {problems.Count - 8} more" : "")}.");
    }

    /// <summary>The stored embedding must be the model's: another means another base.</summary>
    private static void CheckBase(SafetensorsFile file, string name, Tensor own, HashSet<string> used, List<string> problems)
    {
        var stored = LoraBuilder.Prefix + name;
        used.Add(stored);
        if (!file.Contains(stored)) return;
        using var scope = NewDisposeScope();
        var theirs = file.Read(stored).to(own.dtype, own.device);
        if (!theirs.shape.SequenceEqual(own.shape) || !theirs.eq(own).all().item<bool>()) problems.Add($"{stored} is not the embedding of this model");
    }

    /// <summary>"all-linear" is stored as the names that it meant.</summary>
    private static IReadOnlyList<string> ExpandedTargets(LoraAdapter adapter)
    {
        if (adapter.Config.TargetModules is not [var only] || !only.Equals(LoraConfig.AllLinear, StringComparison.OrdinalIgnoreCase)) return adapter.Config.TargetModules;
        return [.. adapter.Parts.Linears.Select(l => l.Module.Path[(l.Module.Path.LastIndexOf('.') + 1)..]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }
}
