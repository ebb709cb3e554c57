using System.Text.Json.Nodes;
using TrlSharp.Cli.Demo;
using TrlSharp.Generation;
using TrlSharp.Generation.Files;

namespace TrlSharp.Cli.Tests.Commands;

public sealed class GenerateCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp generate ü ").FullName;

    public GenerateCommandTests()
    {
        DemoModel.Write(Model, seed: 1);
        File.WriteAllLines(Input, MiniNectar.Questions().HeldOut.Take(7).Select((q, i) => i % 3 == 0
            ? $$"""{"prompt": "{{q.Text}}", "answer": "{{q.Answer}}"}"""
            : $$"""{"messages": [{"role": "user", "content": "{{q.Text}}"}], "completion": "{{q.Answer}}"}"""));
    }

    private string Model => Path.Combine(_folder, "model");

    private string Input => Path.Combine(_folder, "prompts.jsonl");

    private string Output => Path.Combine(_folder, "out", "answers.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<(int ExitCode, string Out, string Error)> Generate(params string[] more) =>
        Cli.RunAsync(["generate", "--model_name_or_path", Model, "--input", Input, "--output", Output, "--max_new_tokens", "6", "--temperature", "1", .. more]);

    [Theory]
    [InlineData("1")]
    [InlineData("3")]
    public async Task Answers_come_in_the_order_of_the_rows_whatever_the_batch_size(string batch)
    {
        var (code, text, error) = await Generate("--num_generations", "2", "--logprobs");
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Contains("14 answers", text, StringComparison.Ordinal);
        var lines = await File.ReadAllLinesAsync(Output, TestContext.Current.CancellationToken);
        Assert.Equal(14, lines.Length);
        for (var i = 0; i < 14; i++)
        {
            var row = JsonNode.Parse(lines[i])!;
            var isText = i / 2 % 3 == 0;
            Assert.Equal(isText, row["completion"] is JsonValue);
            Assert.Equal(isText ? null : FormattableString.Invariant($"{MiniNectar.Questions().HeldOut[i / 2].Answer}"), row["reference_completion"]?.GetValue<string>());
            Assert.Equal(i % 2, row["generation"]!.GetValue<int>());
            Assert.Equal(row["num_tokens"]!.GetValue<int>(), row["logprobs"]!.AsArray().Count);
        }

        var (again, _, _) = await Generate("--num-generations", "2", "--logprobs", "--overwrite", "--batch-size", batch);
        Assert.Equal(ExitCode.Done, again);
        Assert.Equal(lines.Select(Rounded), (await File.ReadAllLinesAsync(Output, TestContext.Current.CancellationToken)).Select(Rounded));
    }

    /// <summary>The last digits of log-probabilities may depend on how many rows a matrix product has.</summary>
    private static string Rounded(string line)
    {
        var row = JsonNode.Parse(line)!;
        row["logprobs"] = new JsonArray([.. row["logprobs"]!.AsArray().Select(p => (JsonNode)MathF.Round(p!.GetValue<float>(), 3))]);
        return row.ToJsonString();
    }

    [Fact]
    public void An_interrupted_job_goes_on_to_the_same_bytes()
    {
        using var generator = TextGenerator.Load(Model);
        var sampling = generator.Sampling with { Temperature = 1, MaxNewTokens = 6, Seed = 3 };
        var job = new GenerationJobOptions { Input = Input, Output = Output, NumGenerations = 3, BatchSize = 2 };
        GenerationJob.Execute(generator, sampling, job, stop: TestContext.Current.CancellationToken);
        var whole = File.ReadAllText(Output);
        File.Delete(Output);

        using var source = new CancellationTokenSource();
        var stopping = new Stopping(source);
        Assert.Throws<OperationCanceledException>(() => GenerationJob.Execute(generator, sampling, job, stopping, source.Token));
        Assert.False(File.Exists(Output));
        File.AppendAllText(Output + ".partial", "{\"torn");
        var other = Assert.Throws<ConfigException>(() => GenerationJob.Execute(generator, sampling with { Seed = 4 }, job with { Resume = true }, stop: TestContext.Current.CancellationToken));
        Assert.Contains("other settings", other.Message, StringComparison.Ordinal);
        Assert.Contains("--resume", Assert.Throws<ConfigException>(() => GenerationJob.Execute(generator, sampling, job, stop: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);

        var totals = GenerationJob.Execute(generator, sampling, job with { Resume = true }, stop: TestContext.Current.CancellationToken);
        Assert.True(totals.Resumed is > 3 and < 21);
        Assert.Equal(whole, File.ReadAllText(Output));
        Assert.Equal(["answers.jsonl"], Directory.EnumerateFiles(Path.GetDirectoryName(Output)!).Select(Path.GetFileName));
    }

    private sealed class Stopping(CancellationTokenSource source) : IProgress<GenerationTotals>
    {
        public void Report(GenerationTotals value)
        {
            if (value.Lines > 4) source.Cancel();
        }
    }

    [Theory]
    [InlineData("{\"prompt\": \"\"}", "prompts.jsonl:1")]
    [InlineData("{\"text\": \"x\"}", "prompts.jsonl:1")]
    [InlineData("{\"prompt\": [{\"role\": \"user\", \"content\": \"x\"}], \"logprobs\": 1}", "\"logprobs\"")]
    public async Task A_row_that_is_no_prompt_is_named(string row, string part)
    {
        await File.WriteAllTextAsync(Input, row, TestContext.Current.CancellationToken);
        var (code, _, error) = await Generate();
        Assert.Equal(ExitCode.Data, code);
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.False(File.Exists(Output));
    }

    [Fact]
    public async Task An_existing_output_is_not_replaced_unless_asked()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Output)!);
        await File.WriteAllTextAsync(Output, "mine", TestContext.Current.CancellationToken);
        var (code, _, error) = await Generate();
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("--overwrite", error, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(Output, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("--top_p", "0", "top_p is 0")]
    [InlineData("--dtype", "int8", "wanted: auto")]
    [InlineData("--adapter", "/no/such", "does not exist")]
    [InlineData("--batch_size", "0", "batch size is 0")]
    [InlineData("--num_generations", "0", "num_generations is 0")]
    public async Task Wrong_settings_are_one_clear_message(string flag, string value, string part)
    {
        var (code, _, error) = await Generate(flag, value);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(part, error, StringComparison.Ordinal);
    }
}
