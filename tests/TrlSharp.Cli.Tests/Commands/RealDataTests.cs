using System.Text.RegularExpressions;
using TrlSharp.Cli.Demo;
using TrlSharp.Tests;

namespace TrlSharp.Cli.Tests.Commands;

/// <summary>Every file of real data trains with a generic template, or is refused with the row and the reason.</summary>
public sealed class RealDataTests(RealDataTests.StartModel start) : IClassFixture<RealDataTests.StartModel>
{
    /// <summary>The real data sets; one empty name where they are absent, so that the test can say that it is skipped.</summary>
    public static TheoryData<string> Files()
    {
        var folder = Path.Combine(SharedData.RepositoryRoot, "..", "shared", "data");
        return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.json*").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)] : [""];
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Trains_for_two_updates_or_is_refused_by_row(string file)
    {
        var data = SharedData.Path("data", file);
        var output = Path.Combine(start.Folder, file);
        var (code, _, error) = await Cli.RunAsync(
            "sft", "--model_name_or_path", start.Model, "--dataset_name", data, "--output_dir", output, "--chat_template_path", "chatml",
            "--max_steps", "2", "--per_device_train_batch_size", "2", "--max_length", "512");
        if (code == ExitCode.Done)
        {
            Assert.Empty(error);
            Assert.True(File.Exists(Path.Combine(output, "model.safetensors")));
            return;
        }

        Assert.Equal(ExitCode.Data, code);
        Assert.Matches(RowOf(file), error);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(output));
    }

    private static Regex RowOf(string file) => new($@"{Regex.Escape(file)}(:| element | row )\d+: ", RegexOptions.None, TimeSpan.FromSeconds(1));

    /// <summary>A small model that reads any text.</summary>
    public sealed class StartModel : IDisposable
    {
        public StartModel() => DemoModel.Write(Model, seed: 1);

        public string Folder { get; } = Directory.CreateTempSubdirectory("trlsharp real data ").FullName;

        public string Model => Path.Combine(Folder, "model");

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}
