using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using TrlSharp.Adapters;
using TrlSharp.Batches;
using TrlSharp.Generation;
using TrlSharp.Models;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Models;

/// <summary>Folders are downloaded: whatever is in them, the answer is a model or a typed error, and nothing outside of the folder is read.</summary>
public sealed class HostileFolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("trlsharp hostile ").FullName;

    private string Original => Path.Combine(_root, "original");

    private string FirstShard => Directory.EnumerateFiles(Original, "model-00001*").Single();

    private string Mutant => Path.Combine(_root, "mutant");

    public HostileFolderTests()
    {
        using var model = TinyModels.Create("llama");
        ModelFolder.Save(model, Original, new() { ShardSize = 8_000 });
        File.WriteAllText(Path.Combine(Original, "generation_config.json"), """{"do_sample": true, "temperature": 0.7, "eos_token_id": [2, 3]}""");
        using var adapter = LoraAdapter.Create(model, new() { TargetModules = ["q_proj"], Rank = 2 }, 1);
        adapter.Save(Path.Combine(Original, "adapter"));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <summary>Opens everything. Only typed errors may come out.</summary>
    private static string Open(string folder)
    {
        using var scope = NewDisposeScope();
        try
        {
            GenerationDefaults.Load(folder);
            using var model = ModelFolder.Load(folder);
            using var adapter = LoraAdapter.Load(model, Path.Combine(folder, "adapter"));
            using var noGradient = no_grad();
            model.Logits(model.HiddenStates(tensor([1L, 2L, 3L]), SequenceLayout.Single(3)));
            return "opened";
        }
        catch (TrlSharpException e)
        {
            return e.GetType().Name;
        }
    }

    private void Copy()
    {
        if (Directory.Exists(Mutant)) Directory.Delete(Mutant, recursive: true);
        Directory.CreateDirectory(Path.Combine(Mutant, "adapter"));
        foreach (var file in Directory.EnumerateFiles(Original, "*", SearchOption.AllDirectories)) File.Copy(file, Path.Combine(Mutant, Path.GetRelativePath(Original, file)));
    }

    [Fact]
    public void Mutated_folders_give_typed_errors()
    {
        var count = Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1" ? 3000 : 300;
        var random = new SeededRandom(11);
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            Copy();
            var files = Directory.EnumerateFiles(Mutant, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
            var file = files[random.Next(files.Count)];
            var bytes = File.ReadAllBytes(file);
            var mutated = file.EndsWith(".json", StringComparison.Ordinal) ? MutateJson(bytes, random) : MutateTensors(bytes, random);
            File.WriteAllBytes(file, mutated);
            string outcome;
            try
            {
                outcome = Open(Mutant);
            }
            catch (Exception e)
            {
                throw new Xunit.Sdk.XunitException($"mutation {i} of {Path.GetFileName(file)} gave {e.GetType().Name}: {e.Message}\n{Encoding.UTF8.GetString(mutated.AsSpan(0, Math.Min(mutated.Length, 2000)))}", e);
            }

            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        Assert.True(outcomes["ModelFolderException"] > count / 3);
        Assert.True(outcomes["opened"] > 0, "some mutations hit data only");
    }

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1", "2", "3.5", "1e400", "1e-400", "-0.0", "2147483647", "2147483648", "9223372036854775807", "1e308", "\"\"", "\"x\"", "\"../x\"", "[]", "[1]", "[null]", "{}",
        "{\"rope_type\": \"yarn\"}", "[[[[[[]]]]]]", "\"\\u0000\"", "\"\\ud800\"", "99999999999999999999999999", "[\"full_attention\"]",
    ];

    /// <summary>A value exchanged, a key removed or doubled or renamed, or bytes damaged.</summary>
    private static byte[] MutateJson(byte[] bytes, SeededRandom random)
    {
        if (random.Next(4) == 0) return Damage(bytes, random);
        var root = JsonNode.Parse(bytes)!.AsObject();
        var objects = new List<JsonObject>();
        void Collect(JsonNode? node)
        {
            if (node is not JsonObject map) return;
            if (map.Count > 0) objects.Add(map);
            foreach (var (_, value) in map) Collect(value);
        }

        Collect(root);
        var target = objects[random.Next(objects.Count)];
        var key = target.ElementAt(random.Next(target.Count)).Key;
        const string Marker = "\"@@marker@@\"";
        switch (random.Next(4))
        {
            case 0: target.Remove(key); return Bytes(root);
            case 1:
                target["@@" + key] = target[key]?.DeepClone();
                return Encoding.UTF8.GetBytes(root.ToJsonString().Replace("\"@@" + key + "\"", "\"" + key + "\"", StringComparison.Ordinal));
            default:
                target[key] = "@@marker@@";
                return Encoding.UTF8.GetBytes(root.ToJsonString().Replace(Marker, Values[random.Next(Values.Length)], StringComparison.Ordinal));
        }
    }

    /// <summary>The length, the header or the data changed; the file cut or grown.</summary>
    private static byte[] MutateTensors(byte[] bytes, SeededRandom random)
    {
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        switch (random.Next(4))
        {
            case 0:
                BinaryPrimitives.WriteInt64LittleEndian(bytes, random.Next(3) switch { 0 => long.MaxValue, 1 => -1, _ => random.Next(bytes.Length * 2) });
                return bytes;
            case 1: return Damage(bytes, random);
            default:
                var header = MutateJson(bytes.AsSpan(8, length).ToArray(), random);
                byte[] result = [.. new byte[8], .. header, .. bytes.AsSpan(8 + length)];
                BinaryPrimitives.WriteInt64LittleEndian(result, header.Length);
                return result;
        }
    }

    private static byte[] Damage(byte[] bytes, SeededRandom random)
    {
        switch (random.Next(3))
        {
            case 0: return bytes[..random.Next(bytes.Length)];
            case 1: return [.. bytes, .. new byte[1 + random.Next(9)]];
            default:
                for (var i = random.Next(4); i >= 0; i--) bytes[random.Next(Math.Min(bytes.Length, 2000))] = (byte)random.Next(256);
                return bytes;
        }
    }

    private static byte[] Bytes(JsonNode node) => Encoding.UTF8.GetBytes(node.ToJsonString());

    [Theory]
    [InlineData("../secret.safetensors")]
    [InlineData("/etc/hostname")]
    [InlineData("sub/../../secret.safetensors")]
    [InlineData("..\\secret.safetensors")]
    [InlineData("file:///etc/hostname")]
    [InlineData("")]
    [InlineData(".")]
    public void An_index_cannot_lead_out_of_the_folder(string name)
    {
        Copy();
        File.Copy(FirstShard, Path.Combine(_root, "secret.safetensors"), overwrite: true);
        var path = Path.Combine(Mutant, "model.safetensors.index.json");
        var index = JsonNode.Parse(File.ReadAllText(path))!;
        var map = index["weight_map"]!.AsObject();
        map[map.First().Key] = name;
        File.WriteAllText(path, index.ToJsonString());
        Assert.Contains("plain names", Assert.Throws<ModelFolderException>(() => ModelFolder.Load(Mutant)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("shard")]
    [InlineData("model.safetensors.index.json")]
    [InlineData("generation_config.json")]
    [InlineData("adapter/adapter_config.json")]
    [InlineData("adapter/adapter_model.safetensors")]
    public void A_link_out_of_the_folder_is_not_followed(string name)
    {
        Copy();
        if (name == "shard") name = Path.GetFileName(FirstShard);
        var outside = Path.Combine(_root, "outside.bin");
        File.Copy(Path.Combine(Original, name), outside, overwrite: true);
        File.Delete(Path.Combine(Mutant, name));
        File.CreateSymbolicLink(Path.Combine(Mutant, name), outside);
        Assert.Equal("ModelFolderException", Open(Mutant));
    }

    [Theory]
    [InlineData("pytorch_model.bin")]
    [InlineData("pytorch_model-00001-of-00002.bin")]
    [InlineData("consolidated.00.pth")]
    [InlineData("model.pt")]
    public void A_pickle_is_refused_with_the_way_to_convert(string name)
    {
        Copy();
        foreach (var file in Directory.EnumerateFiles(Mutant, "model*")) File.Delete(file);
        File.WriteAllBytes(Path.Combine(Mutant, name), [0x80, 0x02]);
        var message = Assert.Throws<ModelFolderException>(() => ModelFolder.Load(Mutant)).Message;
        Assert.Contains(name, message, StringComparison.Ordinal);
        Assert.Contains("save_pretrained", message, StringComparison.Ordinal);
    }
}
