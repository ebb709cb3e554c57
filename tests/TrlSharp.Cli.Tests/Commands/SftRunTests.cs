using System.Globalization;
using TrlSharp.Checkpoints;
using TrlSharp.Cli.Demo;

namespace TrlSharp.Cli.Tests.Commands;

/// <summary>What a run plans, logs, evaluates, answers and reports, through the command.</summary>
public sealed class SftRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-run-").FullName;

    public SftRunTests()
    {
        DemoModel.Write(Path.Combine(_folder, "model"), seed: 1);
        WriteChats(seed: 1);
    }

    private string Output => Path.Combine(_folder, "out");

    private long Parameters => SafetensorsFile.Open(Path.Combine(_folder, "model", "model.safetensors")).Entries.Sum(e => e.Shape.Aggregate(1L, (a, b) => a * b));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_dry_run_prints_the_plan_and_writes_nothing()
    {
        var (code, text, error) = await Run("--dry_run", "--tokens_per_step", "500", "--micro_batch_tokens", "200", "--num_train_epochs", "2");
        Assert.Equal((ExitCode.Done, ""), (code, error));
        foreach (var part in (string[])["plan", "in 2 epochs of 32 rows", "micro-batches of", string.Create(CultureInfo.InvariantCulture, $"of which {Parameters:N0} train"), "MiB at most", "tokens/s", "Nothing was trained or written."]) Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Output));

        (code, text, error) = await Run("--dry_run", "--tokens_per_step", "500", "--micro_batch_probe", "true");
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Contains("micro-batches have at most 500 tokens", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_evaluates_answers_prompts_and_reports()
    {
        var (code, text, error) = await Run(
            "--max_steps", "4", "--logging_steps", "1", "--eval_strategy", "steps", "--eval_steps", "2", "--test_split_size", "4", "--sample_prompts", "Add 1, then 2.", "7 + 1 = ?", "--sample_max_tokens", "3",
            "--report_to", "tensorboard", "--run_name", "my <run>", "--load_best_model_at_end", "--neftune_noise_alpha", "5", "--freeze", "model.embed_tokens.*");
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Contains("evaluation after 2: eval_loss", text, StringComparison.Ordinal);
        Assert.Contains("after 4: Add 1, then 2. →", text, StringComparison.Ordinal);
        Assert.Contains("trained: 4 updates", text, StringComparison.Ordinal);
        Assert.Equal(7, File.ReadLines(Path.Combine(Output, "metrics.jsonl")).Count()); // Four log entries, two evaluations, the mean of the run.
        Assert.Equal(4, File.ReadLines(Path.Combine(Output, "samples.jsonl")).Count());
        Assert.Single(Directory.GetFiles(Path.Combine(Output, "runs"), "events.out.tfevents.*"));
        var report = await File.ReadAllTextAsync(Path.Combine(Output, "report.html"), TestContext.Current.CancellationToken);
        foreach (var part in (string[])["my &lt;run&gt;", "<h2>Loss</h2>", "eval_loss", "<h2>Answers during training</h2>", "7 + 1 = ?"]) Assert.Contains(part, report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_data_are_refused_on_resuming_and_told_with_resume_with_changes()
    {
        Assert.Equal(ExitCode.Done, (await Run("--max_steps", "2")).ExitCode);
        WriteChats(seed: 2);
        var (code, _, error) = await Run("--max_steps", "4", "--resume_from_checkpoint", "true");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("Settings.Training.MaxSteps: was 2, is 4", error, StringComparison.Ordinal);
        Assert.Contains("data: train.Sha256: was", error, StringComparison.Ordinal);
        var (again, text, _) = await Run("--max_steps", "4", "--resume_from_checkpoint", "true", "--resume_with_changes");
        Assert.Equal(ExitCode.Done, again);
        Assert.Contains("MaxSteps: was 2, is 4", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Weights_are_saved_in_the_type_that_was_asked_for()
    {
        foreach (var (type, bytes) in ((string, int)[])[("float32", 4), ("bfloat16", 2), ("auto", 4)])
        {
            Assert.Equal(ExitCode.Done, (await Run("--max_steps", "1", "--dtype", type, "--bf16", "true", "--overwrite_output_dir", "--save_strategy", "no")).ExitCode);
            Assert.InRange(new FileInfo(Path.Combine(Output, "model.safetensors")).Length, bytes * Parameters, bytes * Parameters + 4096);
        }
    }

    [Fact]
    public async Task A_file_in_the_style_of_TRLs_examples_runs()
    {
        // The keys of TRL's examples/cli_configs/example_config.yaml and of the examples in its documentation of the command line.
        var file = Config($"""
            model_name_or_path: {Path.Combine(_folder, "model")}
            dataset_name: {Path.Combine(_folder, "chats.jsonl")}
            report_to: none
            learning_rate: 0.0001
            lr_scheduler_type: cosine
            gradient_checkpointing: true
            bf16: false
            max_steps: 1
            """);
        var (code, _, error) = await Cli.RunAsync("sft", "--config", file, "--output_dir", Output);
        Assert.Equal((ExitCode.Done, ""), (code, error));
    }

    [Fact]
    public async Task What_a_file_asks_for_in_vain_is_refused_line_by_line()
    {
        var file = Config("""
            model_name_or_path: somewhere
            deepspeed: zero3.json
            learning_rat: 1e-4
            env:
              HF_HOME: /tmp
            load_in_4bit: true
            """);
        var (code, _, error) = await Cli.RunAsync("sft", "--config", file, "--output_dir", Output);
        Assert.Equal(ExitCode.Usage, code);
        foreach (var part in (string[])[$"{file}:2: deepspeed", $"{file}:3: learning_rat is not a setting; did you mean learning_rate?", $"{file}:4: env", $"{file}:6: load_in_4bit"]) Assert.Contains(part, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_is_in_groups_and_fits_a_line()
    {
        var (code, text, _) = await Cli.RunAsync("sft", "--help");
        Assert.Equal(ExitCode.Done, code);
        foreach (var group in (string[])["\nModel\n", "\nData\n", "\nCheckpoints\n"]) Assert.Contains(group, text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("--learning_rate X", text, StringComparison.Ordinal);
        Assert.DoesNotContain("--deepspeed", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.True(line.TrimEnd().Length <= 180, line));
    }

    private string Config(string yaml)
    {
        var path = Path.Combine(_folder, "run.yaml");
        File.WriteAllText(path, yaml);
        return path;
    }

    private void WriteChats(ulong seed) => File.WriteAllLines(Path.Combine(_folder, "chats.jsonl"), MiniNectar.Chats(32, seed).Select(c => c.ToString()));

    private Task<(int ExitCode, string Out, string Error)> Run(params string[] more)
    {
        string[] basic = ["--model_name_or_path", Path.Combine(_folder, "model"), "--dataset_name", Path.Combine(_folder, "chats.jsonl"), "--output_dir", Output];
        return Cli.RunAsync(["sft", .. basic, .. more.Contains("--bf16") ? [] : (string[])["--no_bf16"], .. more]);
    }
}
