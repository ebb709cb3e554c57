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
                var fault = Assert.Throws<DiskException>(() => ModelFolder.SaveOn(new FaultyDisk(failing, code), later, folder, options));
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

    /// <summary>Names and bytes of everything in a folder.</summary>
    private static SortedDictionary<string, string> Contents(string folder) =>
        new(Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).ToDictionary(
            path => Path.GetRelativePath(folder, path), path => Directory.Exists(path) ? "folder" : Convert.ToHexString(File.ReadAllBytes(path)), StringComparer.Ordinal), StringComparer.Ordinal);
}
