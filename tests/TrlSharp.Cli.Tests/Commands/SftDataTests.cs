using System.Globalization;
using TrlSharp.Cli.Demo;
using TrlSharp.Rows;
using TrlSharp.Sft;
using TrlSharp.Sft.Options;
using TrlSharp.Training;

namespace TrlSharp.Cli.Tests.Commands;

/// <summary>From settings to packed rows: mixtures, splits, the cache, and an account that adds up.</summary>
public sealed class SftDataTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp sft data ü ").FullName;

    private string Model => Path.Combine(_folder, "model");

    public SftDataTests() => DemoModel.Write(Model, seed: 1);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_mixture_is_read_as_TRL_writes_it_and_rows_are_held_out_by_their_prompts()
    {
        var (a, b) = (Chats("a.jsonl", 60, seed: 1), Chats("b.jsonl", 30, seed: 2));
        var settings = Settings("""[{"path": "json", "data_files": "A", "columns": ["messages"]}, {"path": "B", "epochs": 0.5}]""".Replace("\"A\"", Quoted(a), StringComparison.Ordinal).Replace("\"B\"", Quoted(b), StringComparison.Ordinal));
        settings = settings with { Data = settings.Data with { TestSplitSize = 0.3 }, Training = new() { Training = new() { EvaluationStrategy = IntervalStrategy.Epoch } } };
        using var data = Prepare(settings);
        Assert.Equal((60L, 30L), (data.Account.Sources[0].Rows, data.Account.Sources[1].Rows));
        var held = data.Account.Sources[0].HeldOut;
        Assert.Equal((60L - held, held), (data.Account.Sources[0].SequencesTaken, data.EvaluationAccount!.Sources[0].SequencesTaken));
        Assert.InRange(held, 5, 40);
        var trained = data.Rows.SelectMany(r => r.Sequences).Select(s => s.Origin).ToHashSet();
        var evaluated = data.Evaluation[""].SelectMany(r => r.Sequences).Select(s => s.Origin).ToHashSet();
        Assert.Empty(trained.Intersect(evaluated));
        Assert.Equal(60, trained.Concat(evaluated).Count(o => o.File == a));
        Assert.Equal((30 - data.Account.Sources[1].HeldOut) / 2, trained.Count(o => o.File == b));
    }

    [Fact]
    public void Fractions_are_shares_of_the_rows_and_no_source_repeats()
    {
        var (a, b) = (Chats("a.jsonl", 40, seed: 1), Chats("b.jsonl", 9, seed: 2));
        using var data = Prepare(Settings($$"""[{"path": {{Quoted(a)}}, "fraction": 0.75}, {"path": {{Quoted(b)}}, "fraction": 0.25}]"""));
        Assert.Equal((27L, 9L), (data.Account.Sources[0].SequencesTaken, data.Account.Sources[1].SequencesTaken));
    }

    [Fact]
    public void A_number_of_test_rows_is_met_exactly_where_prompts_differ()
    {
        var path = Path.Combine(_folder, "texts.jsonl");
        File.WriteAllLines(path, Enumerable.Range(0, 50).Select(i => $$"""{"text": "the {{i}}. text"}"""));
        var settings = Settings(null, path);
        using var data = Prepare(settings with { Data = settings.Data with { TestSplitSize = 7 } });
        Assert.Equal((7L, 43L), (data.Account.Sources[0].HeldOut, data.Account.Sequences));
    }

    [Theory]
    [InlineData("""[{"pth": "x"}]""", "did you mean path?")]
    [InlineData("""[{"path": "json"}]""", "data_files says which")]
    [InlineData("""[{"path": "x", "fraction": 1}, {"path": "y"}]""", "give it to all or to none")]
    [InlineData("""[{"path": "x", "row_filters": {"field": "f", "lest": 1}}]""", "did you mean least?")]
    [InlineData("""[{"path": "x", "weight": "much"}]""", "wanted: a number")]
    public void Faulty_mixtures_are_told(string mixture, string part) =>
        Assert.Contains(part, Assert.Throws<ConfigException>(() => Prepare(Settings(mixture))).Message, StringComparison.Ordinal);

    [Fact]
    public void Evaluation_without_rows_to_evaluate_on_is_refused_with_the_ways_out()
    {
        var settings = Settings(null, Chats("a.jsonl", 4, seed: 1)) with { Training = new() { Training = new() { EvaluationStrategy = IntervalStrategy.Epoch } } };
        var message = Assert.Throws<ConfigException>(() => Prepare(settings)).Message;
        Assert.Contains("eval_dataset_name", message, StringComparison.Ordinal);
        Assert.Contains("test_split_size", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepared_data_come_back_from_the_cache_and_never_for_another_policy_or_other_bytes()
    {
        var path = Chats("a.jsonl", 40, seed: 1);
        var settings = Settings(null, path);
        settings = settings with { Data = settings.Data with { Cache = Path.Combine(_folder, "cache"), Packing = true, MaxLength = 256 } };
        using var fresh = Prepare(settings with { Data = settings.Data with { Cache = "none" } });
        using var first = Prepare(settings);
        using var second = Prepare(settings);
        string[] wanted = [.. fresh.Rows.Select(Text)];
        Assert.Equal(wanted, first.Rows.Select(Text));
        Assert.Equal(wanted, second.Rows.Select(Text));
        Assert.Equal(Preparation.AccountJson.Write(fresh.Account).ToString(), Preparation.AccountJson.Write(second.Account).ToString());
        Assert.Equal(fresh.FirstChat!.Origin, second.FirstChat!.Origin);
        Assert.Single(Entries());

        using (Prepare(settings with { Data = settings.Data with { Policy = Sequences.Policies.TrainPolicy.Parse(RowValue.Of("last")) } })) Assert.Equal(2, Entries().Length);
        File.AppendAllText(path, MiniNectar.Chats(1, seed: 9).First() + "\n");
        using var longer = Prepare(settings);
        Assert.Equal((41L, 3), (longer.Account.Rows, Entries().Length));

        string[] Entries() => Directory.GetFiles(settings.Data.Cache);
    }

    [Fact]
    public async Task Split_chats_share_their_beginning_in_packed_rows_and_the_account_says_how_much()
    {
        var template = Path.Combine(_folder, "thinking.jinja");
        await File.WriteAllTextAsync(template, """
            {%- set seen = namespace(last=0) -%}
            {%- for m in messages -%}{%- if m.role == 'user' -%}{%- set seen.last = loop.index0 -%}{%- endif -%}{%- endfor -%}
            {%- for m in messages -%}
            {{- '<|im_start|>' + m.role + '\n' -}}
            {%- if m.role == 'assistant' and loop.index0 > seen.last -%}{{- '<think>\n' + m.reasoning_content + '\n</think>\n\n' -}}{%- endif -%}
            {{- m.content + '<|im_end|>\n' -}}
            {%- endfor -%}
            {%- if add_generation_prompt -%}{{- '<|im_start|>assistant\n' -}}{%- endif -%}
            """, TestContext.Current.CancellationToken);
        var path = Path.Combine(_folder, "chats.jsonl");
        await File.WriteAllLinesAsync(path, Enumerable.Range(0, 20).Select(i => $$"""
            {"messages":[{"role":"user","content":"question {{i}}"},{"role":"assistant","content":"answer {{i}}","reasoning_content":"thought {{i}}"},{"role":"user","content":"more"},{"role":"assistant","content":"last {{i}}","reasoning_content":"again {{i}}"}]}
            """), TestContext.Current.CancellationToken);
        var settings = Settings(null, path);
        settings = settings with { Model = settings.Model with { ChatTemplate = template }, Data = settings.Data with { Packing = true, MaxLength = 512, SharePrefixes = true, Shuffle = true, Cache = Path.Combine(_folder, "cache") } };
        using var shared = Prepare(settings);
        using var apart = Prepare(settings with { Data = settings.Data with { SharePrefixes = false } });
        Assert.Single(Directory.GetFiles(settings.Data.Cache)); // what is kept are the examples; how they stand in rows is decided by each run
        var packing = shared.Account.Packing!;
        Assert.Equal((40L, 40L, 0L), (packing.Sequences, packing.Sharing, packing.Apart));
        Assert.Equal(packing.TokensIn, packing.TokensOut + packing.TokensShared);
        Assert.Equal((packing.TokensOut, apart.Account.Packing!.TokensOut), (shared.Rows.Sum(r => (long)r.Length), packing.TokensIn));
        static IEnumerable<string> Examples(SftData data) => data.Rows.SelectMany(r => r.Sequences).Select(s => $"{s.Origin} {s.Part} {string.Join(' ', s.Tokens)} {string.Join(' ', s.Weights)}").Order(StringComparer.Ordinal);
        Assert.Equal(Examples(apart), Examples(shared));

        string[] command = ["sft", "--model_name_or_path", Model, "--dataset_name", path, "--chat_template_path", template, "--output_dir", Path.Combine(_folder, "out"), "--max_steps", "2", "--packing-share-prefixes"];
        var (code, _, error) = await Cli.RunAsync(command);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("packing_share_prefixes needs packing", error, StringComparison.Ordinal);
        (code, _, error) = await Cli.RunAsync([.. command, "--packing", "--packing_strategy", "bfd_split"]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("bfd_split cuts them", error, StringComparison.Ordinal);
        (code, var text, error) = await Cli.RunAsync([.. command, "--packing", "--max_length", "512"]);
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Matches(@"  shared +[0-9,]+  tokens \([0-9.]+ %\) stand once for several of 40 examples with a common beginning", text);
        (code, text, error) = await Cli.RunAsync([.. command, "--packing", "--max_length", "512", "--dry_run"]);
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Contains("stand once for several of 40 examples", text, StringComparison.Ordinal);
        using var whole = Prepare(Settings(null, Chats("whole.jsonl", 4, seed: 1)) with { Data = settings.Data with { Path = Path.Combine(_folder, "whole.jsonl") } });
        Assert.Contains(whole.Notices, n => n.StartsWith("packing_share_prefixes changes nothing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rows_that_cannot_be_used_are_gone_round_and_kept_apart()
    {
        var path = Chats("a.jsonl", 30, seed: 1);
        File.AppendAllLines(path, ["""{"messages": [{"role": "usr", "content": "x"}]}""", "{bad"]);
        var output = Path.Combine(_folder, "out");
        var (code, text, error) = await Cli.RunAsync("sft", "--model_name_or_path", Model, "--dataset_name", path, "--output_dir", output, "--max_steps", "1", "--bf16", "false", "--keep_going");
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Contains("refused                       2", text, StringComparison.Ordinal);
        Assert.Contains("for comparison, on the first 30 chats", text, StringComparison.Ordinal);
        Assert.Matches(@"trained here +[0-9,]+", text);
        Assert.Matches(@"TRL, default settings +[0-9,]+ trained: every token", text);
        var rows = RowSources.Open(Path.Combine(output, "quarantine.jsonl")).Read().Select(r => r.Value).ToList();
        Assert.Equal([path + ":31", null], rows.Select(r => r.Find("row") is { IsNull: false } row ? row.Text : null));
        Assert.Equal("usr", rows[0].Find("data")!.Find("messages")!.Items[0].Find("role")!.Text);
        Assert.Contains("a.jsonl:32", rows[1].Find("message")!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evaluation_runs_on_the_rows_that_were_held_out()
    {
        var path = Chats("a.jsonl", 40, seed: 1);
        var (code, text, error) = await Cli.RunAsync(
            "sft", "--model_name_or_path", Model, "--dataset_name", path, "--output_dir", Path.Combine(_folder, "out"), "--max_steps", "2", "--bf16", "false",
            "--eval_strategy", "steps", "--eval_steps", "1", "--test_split_size", "0.25", "--shuffle_dataset", "--packing", "--max_length", "256");
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Contains("eval_loss", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_dropped_rows_stop_the_run_and_a_larger_share_may_be_allowed()
    {
        var path = Path.Combine(_folder, "texts.jsonl");
        File.WriteAllLines(path, Enumerable.Range(0, 10).Select(i => $$"""{"text": "{{new string('a', i < 2 ? 600 : 5)}}"}"""));
        var settings = Settings(null, path);
        settings = settings with { Data = settings.Data with { MaxLength = 64 } };
        var message = Assert.Throws<DataException>(() => Prepare(settings)).Message;
        Assert.Contains("2 of 10 rows", message, StringComparison.Ordinal);
        Assert.Contains("2 × overflow (the first: " + path + ":1: ", message, StringComparison.Ordinal);
        using var data = Prepare(settings with { Data = settings.Data with { MostDropped = 0.2 } });
        Assert.Equal((2L, 8L), (data.Account.Sources[0].Dropped, data.Account.Sequences));
    }

    [Fact]
    public void A_run_over_an_interleaved_packed_mixture_is_stopped_and_resumed_to_the_same_bytes()
    {
        var (a, b) = (Chats("a.jsonl", 40, seed: 1), Chats("b.jsonl", 20, seed: 2));
        SftSettings Run(string output, string? resume = null)
        {
            var settings = Settings($$"""[{"path": {{Quoted(a)}}, "weight": 0.7}, {"path": {{Quoted(b)}}, "weight": 0.3}]""");
            var training = new TrainingOptions { OutputFolder = output, MaxSteps = 6, BatchSize = 1, AccumulationSteps = 2, SaveSteps = 2, ResumeFrom = resume, Optimizer = new() { LearningRate = 1e-3 } };
            return settings with { Data = settings.Data with { Packing = true, MaxLength = 128 }, Training = new() { Training = training } };
        }

        var (whole, stopped) = (Path.Combine(_folder, "whole"), Path.Combine(_folder, "stopped"));
        SftRun.Execute(Run(whole), stop: TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => SftRun.Execute(Run(stopped), progress: new StopAfter(3, stop), stop: stop.Token));
        SftRun.Execute(Run(stopped, "true"), stop: TestContext.Current.CancellationToken);
        Assert.Equal(File.ReadAllBytes(Path.Combine(whole, "model.safetensors")), File.ReadAllBytes(Path.Combine(stopped, "model.safetensors")));
    }

    private sealed class StopAfter(int update, CancellationTokenSource stop) : IProgress<RunEvent>
    {
        public void Report(RunEvent value)
        {
            if (value is RunEvent.Updated updated && updated.Update == update) stop.Cancel();
        }
    }

    private static SftData Prepare(SftSettings settings) => SftData.Prepare(settings, stop: TestContext.Current.CancellationToken);

    private static string Text(Packing.PackedRow row) => string.Join('|', row.Sequences.Select(s => $"{s.Origin} {s.Part} {string.Join(',', s.Tokens)} {string.Join(',', s.Weights.Select(w => w.ToString(CultureInfo.InvariantCulture)))}"));

    private static string Quoted(string text) => RowValue.Of(text).ToString();

    private SftSettings Settings(string? mixture, string? path = null) => new()
    {
        Model = new() { Path = Model },
        Data = new() { Path = path, Mixture = mixture is null ? null : RowValue.Parse(mixture), MaxLength = null },
    };

    private string Chats(string name, int count, ulong seed)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllLines(path, MiniNectar.Chats(count, seed).Select(c => c.ToString()));
        return path;
    }
}
