using TrlSharp.Cli.Demo;

namespace TrlSharp.Cli.Tests.Commands;

public sealed class SftCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp sft ü ").FullName;

    private string Model => Path.Combine(_folder, "model");

    private string Output => Path.Combine(_folder, "out");

    public SftCommandTests() => DemoModel.Write(Model, seed: 1);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Chats_become_a_model_folder_and_the_same_command_gives_the_same_bytes()
    {
        var data = Data([.. MiniNectar.Chats(16, seed: 1).Select(c => c.ToString())]);
        var first = await Train(data, Output);
        Assert.Equal((ExitCode.Done, ""), (first.ExitCode, first.Error));
        Assert.Contains("rows read                      16", first.Out, StringComparison.Ordinal);
        string[] files = ["README.md", "chat_template.jinja", "config.json", "generation_config.json", "metrics.jsonl", "model.safetensors", "report.html", "tokenizer.json", "tokenizer_config.json", "trainer_state.json"];
        Assert.Equal(files, Directory.EnumerateFiles(Output).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        var again = Path.Combine(_folder, "again");
        await Train(data, again);
        Assert.Equal(Weights(Output), Weights(again));
        Assert.NotEqual(Weights(Model), Weights(Output));
    }

    [Fact]
    public async Task Adapters_are_saved_as_adapters()
    {
        var data = Data([.. MiniNectar.Chats(16, seed: 1).Select(c => c.ToString())]);
        var (code, _, error) = await Train(data, Output, "--use_peft", "--lora_r", "4");
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.True(File.Exists(Path.Combine(Output, "adapter_model.safetensors")));
        Assert.True(File.Exists(Path.Combine(Output, "adapter_config.json")));
    }

    [Fact]
    public async Task A_broken_line_is_named_and_nothing_is_written()
    {
        var lines = MiniNectar.Chats(8, seed: 1).Select(c => c.ToString()).ToList();
        lines[6] = "{\"messages\": [";
        var data = Data(lines);
        var (code, _, error) = await Train(data, Output);
        Assert.Equal(ExitCode.Data, code);
        Assert.Contains("chats.jsonl:7", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Output));
    }

    [Theory]
    [InlineData("--model_name_or_path", "/no/such/folder", ExitCode.Usage, "does not exist")]
    [InlineData("--dataset_name", "/no/such/file.jsonl", ExitCode.Usage, "/no/such/file.jsonl")]
    [InlineData("--learning_rate", "fast", ExitCode.Usage, "wanted: a number")]
    [InlineData("--train", "lst", ExitCode.Usage, "last")]
    public async Task A_wrong_setting_is_one_clear_message(string flag, string value, int exitCode, string part)
    {
        var data = Data([.. MiniNectar.Chats(2, seed: 1).Select(c => c.ToString())]);
        var (code, _, error) = await Train(data, Output, flag, value);
        Assert.Equal(exitCode, code);
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_holds_files_is_not_overwritten()
    {
        Directory.CreateDirectory(Output);
        await File.WriteAllTextAsync(Path.Combine(Output, "mine.txt"), "", TestContext.Current.CancellationToken);
        var (code, _, error) = await Train(Data([.. MiniNectar.Chats(2, seed: 1).Select(c => c.ToString())]), Output);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("is not empty", error, StringComparison.Ordinal);
    }

    private static byte[] Weights(string folder) => File.ReadAllBytes(Path.Combine(folder, "model.safetensors"));

    private string Data(IReadOnlyList<string> lines)
    {
        var path = Path.Combine(_folder, "chats.jsonl");
        File.WriteAllLines(path, lines);
        return path;
    }

    private Task<(int ExitCode, string Out, string Error)> Train(string data, string output, params string[] more)
    {
        string[] basic = ["--model_name_or_path", Model, "--dataset_name", data, "--output_dir", output, "--max_steps", "2", "--bf16", "false"];
        for (var i = 0; i < more.Length; i++)
        {
            var at = Array.IndexOf(basic, more[i]);
            if (at >= 0) basic = [.. basic[..at], .. basic[(at + 2)..]];
        }

        return Cli.RunAsync(["sft", .. basic, .. more]);
    }
}
