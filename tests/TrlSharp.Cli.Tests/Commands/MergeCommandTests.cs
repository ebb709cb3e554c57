using TrlSharp.Adapters;
using TrlSharp.Cli.Demo;
using TrlSharp.Generation;
using TrlSharp.Models;
using static TorchSharp.torch;

namespace TrlSharp.Cli.Tests.Commands;

public sealed class MergeCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp merge ü ").FullName;

    public MergeCommandTests()
    {
        DemoModel.Write(Model, seed: 1);
        using var model = ModelFolder.Load(Model);
        using var adapter = LoraAdapter.Create(model, new LoraConfig { TargetModules = [LoraConfig.AllLinear], Rank = 2, ModulesToSave = ["lm_head"], UseDora = true }, seed: 1);
        using var scope = NewDisposeScope();
        using var withoutGraph = no_grad();
        foreach (var (_, value) in adapter.Parameters) value.add_(tensor(0.05f));
        adapter.Save(Adapter);
        File.WriteAllText(Path.Combine(Adapter, "chat_template.jinja"), "{{ messages[0].content }}");
    }

    private string Model => Path.Combine(_folder, "model");

    private string Adapter => Path.Combine(_folder, "adapter");

    private string Output => Path.Combine(_folder, "merged");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_merged_folder_writes_what_base_and_adapter_write()
    {
        var (code, text, error) = await Cli.RunAsync("merge", "--adapter", Adapter, "--output_dir", Output);
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Contains("DoRA", text, StringComparison.Ordinal);
        Assert.Equal("{{ messages[0].content }}", await File.ReadAllTextAsync(Path.Combine(Output, "chat_template.jinja"), TestContext.Current.CancellationToken));
        using var adapted = TextGenerator.Load(Model, new() { Adapters = [Adapter] });
        using var merged = TextGenerator.Load(Output);
        var prompts = new IReadOnlyList<int>[] { adapted.Encode("What is 3 plus 4?"), adapted.Encode("Hello") };
        var sampling = new SamplingConfig { Temperature = 0, MaxNewTokens = 12 };
        IReadOnlyList<Completion> Write(CausalLM model) => TokenGenerator.Generate(model, prompts, sampling, cancellation: TestContext.Current.CancellationToken);
        var (a, b) = (Write(adapted.Model), Write(merged.Model));
        Assert.Equal(a.Select(c => c.Tokens), b.Select(c => c.Tokens));
        for (var i = 0; i < 2; i++) for (var t = 0; t < a[i].Tokens.Count; t++) Assert.Equal(a[i].LogProbabilities[t], b[i].LogProbabilities[t], 1e-4);
        using (adapted.Model.WithoutAdapters()) Assert.NotEqual(a.Select(c => c.LogProbabilities), Write(adapted.Model).Select(c => c.LogProbabilities));
    }

    [Theory]
    [InlineData("--adapter", "/no/such", "does not exist")]
    [InlineData("--model_name_or_path", "/no/such", "does not exist")]
    [InlineData("--dtype", "int4", "wanted")]
    public async Task Wrong_paths_are_one_clear_message(string flag, string value, string part)
    {
        string[] args = flag == "--adapter" ? ["merge", "--output_dir", Output] : ["merge", "--adapter", Adapter, "--output_dir", Output];
        var (code, _, error) = await Cli.RunAsync([.. args, flag, value]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Output));
    }

    [Fact]
    public async Task A_folder_that_holds_files_is_not_overwritten()
    {
        Directory.CreateDirectory(Output);
        await File.WriteAllTextAsync(Path.Combine(Output, "mine.txt"), "", TestContext.Current.CancellationToken);
        var (code, _, error) = await Cli.RunAsync("merge", "--adapter", Adapter, "--output-dir", Output);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("not empty", error, StringComparison.Ordinal);
    }
}
