using TrlSharp.Adapters;
using TrlSharp.Checkpoints;
using TrlSharp.Models;
using TrlSharp.Tests.Training.Checkpoints;

namespace TrlSharp.Tests.Models;

/// <summary>A disk that is full or broken while a model is saved, at every operation: the model that was there stays, and nothing else appears.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const int NoSpace = 28;
    private const int Broken = 5;
    private readonly string _folder = Directory.CreateTempSubdirectory("full-disk-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(NoSpace, "No space left", 1_000_000)]
    [InlineData(NoSpace, "No space left", 8_000)]
    [InlineData(Broken, "Input/output error", 8_000)]
    public void A_model_that_cannot_be_saved_leaves_what_was_there(int code, string reason, long shardSize)
    {
        using var earlier = CausalLM.Create(ModelConfig.Parse(TinyModels.Llama), seed: 1);
        using var later = CausalLM.Create(ModelConfig.Parse(TinyModels.Llama), seed: 2);
        var (used, unused, companions) = (Path.Combine(_folder, "used"), Path.Combine(_folder, "unused"), Directory.CreateDirectory(Path.Combine(_folder, "companions")).FullName);
        File.WriteAllText(Path.Combine(companions, "tokenizer.json"), "{}");
        Directory.CreateDirectory(Path.Combine(companions, "additional_chat_templates"));
        File.WriteAllText(Path.Combine(companions, "additional_chat_templates", "tool.jinja"), "{{ messages }}");
        ModelFolder.Save(earlier, used);
        var (before, options) = (Contents(used), new ModelSaveOptions { ShardSize = shardSize, CompanionFolder = companions });

        var counted = new FaultyDisk(int.MaxValue, code);
        ModelFolder.SaveOn(counted, later, Path.Combine(_folder, "counted"), options);
        Assert.True(counted.Operations > 10);
        for (var failing = 0; failing < counted.Operations; failing++)
        {
            foreach (var folder in new[] { used, unused })
            {
                var fault = Assert.Throws<DiskException>(() => ModelFolder.SaveOn(new FaultyDisk(failing, code, once: true), later, folder, options));
                Assert.Equal(5, fault.ExitCode);
                Assert.Contains(folder, fault.Message, StringComparison.Ordinal);
                Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
            }

            Assert.Equal(before, Contents(used));
            Assert.Empty(Contents(unused));
        }

        ModelFolder.SaveOn(Disk.Instance, later, used, options);
        Assert.Equal(Contents(Path.Combine(_folder, "counted")), Contents(used));
    }

    [Fact]
    public void An_adapter_that_cannot_be_saved_leaves_the_one_that_was_there()
    {
        using var model = CausalLM.Create(ModelConfig.Parse(TinyModels.Llama), seed: 1);
        var (used, unused) = (Path.Combine(_folder, "used"), Path.Combine(_folder, "unused"));
        using (var earlier = LoraAdapter.Create(model, new LoraConfig { Rank = 2, TargetModules = ["q_proj"] }, seed: 1)) earlier.Save(used);
        using var later = LoraAdapter.Create(model, new LoraConfig { Rank = 4, TargetModules = ["q_proj", "v_proj"] }, seed: 2);
        var (before, counted) = (Contents(used), new FaultyDisk(int.MaxValue, Broken));
        LoraFolder.Save(later, Path.Combine(_folder, "counted"), counted);
        Assert.True(counted.Operations > 8);
        for (var failing = 0; failing < counted.Operations; failing++)
        {
            foreach (var folder in new[] { used, unused })
                Assert.Contains("Input/output error", Assert.Throws<DiskException>(() => LoraFolder.Save(later, folder, new FaultyDisk(failing, Broken, once: true))).Message, StringComparison.Ordinal);
            Assert.Equal(before, Contents(used));
            Assert.Empty(Contents(unused));
        }

        later.Save(used);
        Assert.Equal(Contents(Path.Combine(_folder, "counted")), Contents(used));
    }

    /// <summary>A disk that fails for good while files are renamed does not let them be put back either: the folder then holds the old model, the new one, or one that is refused.</summary>
    [Theory]
    [InlineData(1_000_000, 8_000)]
    [InlineData(8_000, 8_000)]
    [InlineData(8_000, 1_000_000)]
    public void A_disk_that_stays_broken_never_leaves_the_weights_of_two_models(long earlierShards, long laterShards)
    {
        using var earlier = CausalLM.Create(ModelConfig.Parse(TinyModels.Llama), seed: 1);
        using var later = CausalLM.Create(ModelConfig.Parse(TinyModels.Llama), seed: 2);
        var counted = new FaultyDisk(int.MaxValue, Broken);
        var used = Path.Combine(_folder, "used");
        ModelFolder.SaveOn(counted, later, Path.Combine(_folder, "counted"), new() { ShardSize = laterShards });
        ModelFolder.Save(later, used);
        var (refused, old, renewed) = (0, 0, 0);
        for (var failing = 0; ; failing++)
        {
            Directory.Delete(used, recursive: true);
            ModelFolder.Save(earlier, used, new() { ShardSize = earlierShards });
            var disk = new FaultyDisk(failing, Broken);
            try
            {
                ModelFolder.SaveOn(disk, later, used, new() { ShardSize = laterShards });
                break;
            }
            catch (DiskException e)
            {
                var stays = Directory.EnumerateDirectories(used, ".saving-*").ToList();
                if (stays.Count > 0) Assert.Contains(Path.GetFileName(stays[0]), e.Message, StringComparison.Ordinal);
            }

            switch (Holds(used, earlier, later))
            {
                case null: refused++; break;
                case true: old++; break;
                default: renewed++; break;
            }
        }

        Assert.True(old > 0 && refused > 0 && renewed > 0, $"{old} old, {refused} refused, {renewed} new");
    }

    /// <summary>Whether a folder holds the first model and not the second; null where it is refused.</summary>
    private static bool? Holds(string folder, CausalLM first, CausalLM second)
    {
        try
        {
            using var loaded = ModelFolder.Load(folder);
            bool Equals(CausalLM model) => loaded.Parameters.Zip(model.Parameters).All(p => p.First.Value.eq(p.Second.Value).all().item<bool>());
            Assert.True(Equals(first) != Equals(second));
            return Equals(first);
        }
        catch (ModelFolderException)
        {
            return null;
        }
    }

    /// <summary>Names and bytes of everything in a folder.</summary>
    private static SortedDictionary<string, string> Contents(string folder) =>
        new(Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).ToDictionary(
            path => Path.GetRelativePath(folder, path), path => Directory.Exists(path) ? "folder" : Convert.ToHexString(File.ReadAllBytes(path)), StringComparer.Ordinal), StringComparer.Ordinal);
}
