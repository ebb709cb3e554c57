using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using TrlSharp.Checkpoints;
using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models;

/// <summary>Writes a model folder.</summary>
internal static class FolderWriter
{
    /// <summary>Files beside the weights that make a folder usable: tokenizer, chat template, generation settings.</summary>
    private static readonly string[] Companions =
    [
        "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "vocab.txt", "merges.txt",
        "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "tekken.json", "chat_template.jinja", "chat_template.json",
    ];

    private const string TemplateFolder = "additional_chat_templates";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(CausalLM model, string folder, ModelSaveOptions options, IDisk disk)
    {
        List<string> names = [], weights = [];
        FolderExchange.Save(
            disk,
            folder,
            staging =>
            {
                names = CopyCompanions([options.CompanionFolder ?? model.Folder, options.AdapterFolder], staging, disk);
                weights = WriteWeights(model, staging, options, disk);
                WriteText(Path.Combine(staging, ModelFolder.ConfigName), Text(ModelFolder.ConfigOf(model, options.Dtype)), disk);
            },
            (exchange, staging) =>
            {
                exchange.Remove(ModelFolder.ConfigName);
                foreach (var name in StaleWeights(folder, weights)) exchange.Remove(name);
                foreach (var name in names.Concat(weights).Append(ModelFolder.ConfigName)) exchange.Replace(Path.Combine(staging, name), name);
            });
    }

    /// <summary>Writes the shards in the order of the parameters and returns the names of the files.</summary>
    private static List<string> WriteWeights(CausalLM model, string staging, ModelSaveOptions options, IDisk disk)
    {
        using var scope = NewDisposeScope();
        using var withoutGraph = no_grad();
        var tensors = Tensors(model).Select(t => (t.Name, Value: Converted(options.Masters.GetValueOrDefault(Own(model, t.Name), t.Value), options.Dtype))).ToList();
        var shards = Shards(tensors, options.ShardSize);
        if (shards.Count == 1)
        {
            WriteShard(Path.Combine(staging, "model.safetensors"), tensors, disk);
            return ["model.safetensors"];
        }

        var map = new JsonObject();
        var names = new List<string>();
        for (var i = 0; i < shards.Count; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors");
            WriteShard(Path.Combine(staging, name), shards[i], disk);
            names.Add(name);
            foreach (var (tensor, _) in shards[i]) map[tensor] = name;
        }

        var sorted = new JsonObject(map.OrderBy(item => item.Key, StringComparer.Ordinal).Select(item => KeyValuePair.Create(item.Key, item.Value?.DeepClone())));
        var size = tensors.Sum(t => SafetensorsWriter.SizeOf(t.Value));
        WriteText(Path.Combine(staging, "model.safetensors.index.json"), Text(new() { ["metadata"] = new JsonObject { ["total_size"] = size }, ["weight_map"] = sorted }), disk);
        names.Add("model.safetensors.index.json");
        return names;
    }

    /// <summary>A new file of weights.</summary>
    public static void WriteShard(string path, List<(string Name, Tensor Value)> tensors, IDisk disk)
    {
        using var file = disk.Create(path, SafetensorsWriter.FileSize(tensors));
        SafetensorsWriter.Write(file, tensors);
        disk.Flush(file);
    }

    /// <summary>The parameter that a name of the file stands for: a tied one is written under two.</summary>
    private static string Own(CausalLM model, string name) => model.Store.Aliases.FirstOrDefault(a => a.Name == name).Parameter?.Name ?? name;

    private static Tensor Converted(Tensor value, ScalarType? type) => type is { } wanted && value.is_floating_point() ? value.detach().to_type(wanted) : value;

    /// <summary>Whether a tied model has an embedding and a head of their own, since an adapter that had trained one of them was merged.</summary>
    public static bool IsSeparated(CausalLM model) =>
        model.Decoder.Head.Weight != model.Decoder.Embedding.Weight && model.Adapters.All(adapter => !adapter.IsApplied) && Shared(model) is not null;

    /// <summary>What the file of the weights holds.</summary>
    public static List<(string Name, Tensor Value)> Tensors(CausalLM model)
    {
        var tensors = model.Store.Parameters.Select(p => (p.Name, (Tensor)p.Value)).Concat(model.Store.Aliases.Select(a => (a.Name, (Tensor)a.Parameter.Value))).ToList();
        if (!IsSeparated(model)) return tensors;
        var (embedding, head) = (model.Decoder.Embedding, model.Decoder.Head);
        string[] names = [$"{embedding.Path}.weight", $"{head.Path}.weight"];
        tensors.RemoveAll(t => t.Item1 == Shared(model)!.Name || names.Contains(t.Item1));
        return [(names[0], embedding.Weight.Value), .. tensors, (names[1], head.Weight.Value)];
    }

    /// <summary>The one parameter that embedding and head are in a tied model; null in others.</summary>
    private static NamedParameter? Shared(CausalLM model)
    {
        var names = new[] { model.Decoder.Embedding.Path, model.Decoder.Head.Path }.Select(path => model.Store.Source.StoredName($"{path}.weight")).ToHashSet(StringComparer.Ordinal);
        var found = model.Store.Parameters.Where(p => names.Contains(p.Name)).ToList();
        return found.Count == 1 ? found[0] : null;
    }

    private static List<List<(string Name, Tensor Value)>> Shards(List<(string Name, Tensor Value)> tensors, long shardSize)
    {
        var shards = new List<List<(string Name, Tensor Value)>> { new() };
        long filled = 0;
        foreach (var tensor in tensors)
        {
            var size = SafetensorsWriter.SizeOf(tensor.Value);
            if (filled > 0 && filled + size > shardSize)
            {
                shards.Add([]);
                filled = 0;
            }

            shards[^1].Add(tensor);
            filled += size;
        }

        return shards;
    }

    /// <summary>Names of the files beside the weights that travel along.</summary>
    public static IReadOnlyList<string> CompanionsIn(string folder)
    {
        var present = Companions.Where(name => File.Exists(Path.Combine(folder, name))).ToList();
        foreach (var name in present) FolderFiles.Check(folder, name);
        return present;
    }

    /// <summary>Copies the files beside the weights and returns their names, with the folder before those of templates; of two of a name the later folder's.</summary>
    private static List<string> CopyCompanions(IEnumerable<string?> sources, string staging, IDisk disk)
    {
        var (files, templates) = (new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var source in sources.OfType<string>())
        {
            foreach (var name in CompanionsIn(source)) files[name] = Path.Combine(source, name);
            var folder = Path.Combine(source, TemplateFolder);
            if (!Directory.Exists(folder)) continue;
            foreach (var path in Directory.EnumerateFiles(folder, "*.jinja"))
            {
                FolderFiles.Check(folder, Path.GetFileName(path));
                templates[Path.GetFileName(path)] = path;
            }
        }

        foreach (var (name, path) in files) Copy(path, Path.Combine(staging, name), disk);
        if (templates.Count > 0) disk.CreateFolder(Path.Combine(staging, TemplateFolder));
        foreach (var (name, path) in templates) Copy(path, Path.Combine(staging, TemplateFolder, name), disk);
        return [.. files.Keys, .. templates.Keys.Select(name => Path.Combine(TemplateFolder, name))];
    }

    private static void Copy(string path, string target, IDisk disk)
    {
        using var source = File.OpenRead(path);
        using var file = disk.Create(target, source.Length);
        source.CopyTo(file);
        disk.Flush(file);
    }

    /// <summary>An index of an earlier save must not survive next to a single file, nor the other way round.</summary>
    private static List<string> StaleWeights(string folder, List<string> kept) =>
    [
        .. Directory.EnumerateFiles(folder, "model*.safetensors").Concat(Directory.EnumerateFiles(folder, "model.safetensors.index.json")).Select(path => Path.GetFileName(path)!).Where(name => !kept.Contains(name)),
    ];

    /// <summary>A new file of text, in UTF-8.</summary>
    public static void WriteText(string path, string text, IDisk disk)
    {
        using var file = disk.Create(path);
        file.Write(Encoding.UTF8.GetBytes(text));
        disk.Flush(file);
    }

    /// <summary>JSON as it is written to files.</summary>
    public static string Text(JsonObject json) => json.ToJsonString(Indented) + "\n";
}
