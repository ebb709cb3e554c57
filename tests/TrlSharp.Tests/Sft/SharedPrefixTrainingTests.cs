using TorchSharp;
using TrlSharp.Adapters;
using TrlSharp.Batches;
using TrlSharp.Examples;
using TrlSharp.Inspection;
using TrlSharp.Losses;
using TrlSharp.Models;
using TrlSharp.Packing;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Sft;
using TrlSharp.Templates;
using TrlSharp.Tests.Models;
using TrlSharp.Tests.Training;
using TrlSharp.Training;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Sft;

/// <summary>Training on rows in which examples share their beginning.</summary>
public sealed class SharedPrefixTrainingTests : IDisposable
{
    private const string Chat = """
        [{"role":"user","content":"U1"},{"role":"assistant","content":"A1","reasoning_content":"R1"},{"role":"user","content":"U2"},{"role":"assistant","content":"A2","reasoning_content":"R2"}]
        """;

    private static readonly TrainingOptions Base = new() { BatchSize = 2, MaxSteps = 6, Sampling = SamplingStrategy.Sequential, Optimizer = new() { Name = "sgd", Arguments = "momentum=0.9", LearningRate = 0.05 } };

    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp tree ü ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The template writes no reasoning of earlier turns, so each of the two turns is an example of its own; they part where the first one's reasoning begins.</summary>
    [Theory(SkipTestWithoutData = true)]
    [InlineData("token")]
    [InlineData("turn")]
    public void P14_a_split_chat_packed_as_a_tree_has_the_gradient_of_two_examples(string normalization)
    {
        using var scope = NewDisposeScope();
        var source = File.ReadAllText(SharedData.Path("conformance", "templates", "ik_llama.cpp__Qwen-Qwen3-0.6B.jinja"));
        var tokenizer = TemplateTokenizer.For(source);
        var builder = new SequenceBuilder(ChatTemplate.Parse(source, "qwen3", TemplateTokenizer.SpecialTokens), tokenizer, TrainPolicy.Assistant, new SequenceOptions());
        var sequences = builder.Build(new ConversationExample(new RowOrigin("chats.jsonl", 1)) { Messages = RowValue.Parse(Chat).Items }).Sequences;
        Assert.Equal(["<think>\nR1\n</think>\n\nA1<|im_end|>", "<think>\nR2\n</think>\n\nA2<|im_end|>"], sequences.Select(s => tokenizer.Decode([.. s.Tokens.Where((_, t) => s.Weights[t] > 0)])));

        var row = Assert.Single(new PackedRows(sequences, [.. sequences.Select(s => s.Length)], new() { RowLength = 4096, SharePrefixes = true }));
        Assert.Equal([-1, 0, 0], row.Tree!.Segments.Select(s => s.Parent));
        Assert.Equal("<|im_start|>user\nU1<|im_end|>\n<|im_start|>assistant\n", tokenizer.Decode([.. sequences[0].Tokens.Take(row.Tree.Segments[0].Length)]));

        using var model = CausalLM.Create(ModelConfig.Parse(TinyModels.With("qwen3", "\"head_dim\": 6").Replace("\"vocab_size\": 50", FormattableString.Invariant($"\"vocab_size\": {tokenizer.VocabularySize}"), StringComparison.Ordinal)), seed: 5);
        var shared = Gradients(model, LossNormalization.Parse(normalization), row);
        var alone = Gradients(model, LossNormalization.Parse(normalization), [.. sequences.Select(s => new PackedRow([s]))]);
        Assert.Equal(alone.Loss, shared.Loss, 1e-6);
        foreach (var (a, b) in alone.Gradients.Zip(shared.Gradients)) Assert.True((a - b).abs().max().ToDouble() < 1e-6);
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("gemma2")]
    [InlineData("qwen3_moe")]
    [InlineData("gpt2")]
    public void Six_updates_end_with_the_same_weights_shared_or_not(string family)
    {
        var expected = Train(family, Rows(12, shared: false), Base);
        foreach (var (a, b) in expected.Zip(Train(family, Rows(12, shared: true), Base))) Assert.True((a - b).abs().max().ToDouble() < 1e-6);
        foreach (var (a, b) in expected.Zip(Train(family, Rows(12, shared: true), Base, model => model.RecomputeActivations = true))) Assert.True((a - b).abs().max().ToDouble() < 1e-6);
    }

    [Fact]
    public void Evaluation_says_the_same_of_them()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Create("llama");
        var collator = new Collator(model.VocabularySize, LossNormalization.Token);
        BatchLoss Evaluated(bool shared) => TokenLoss.Evaluate(model, collator.Collate(Rows(4, shared)), new());
        var (alone, together) = (Evaluated(false), Evaluated(true));
        Assert.Equal((alone.Trained, alone.Correct, alone.Divisor), (together.Trained, together.Correct, together.Divisor));
        Assert.Equal(alone.Sum, together.Sum, 1e-6 * alone.Sum);
        Assert.True(together.Tokens < alone.Tokens);
    }

    [Fact]
    public void A_stopped_run_goes_on_to_the_same_bytes_and_never_with_other_rows()
    {
        var options = new SftOptions { Training = Base with { OutputFolder = Path.Combine(_folder, "out"), SaveSteps = 2, MaxSteps = 6 } };
        byte[] Run(SftOptions how, bool shared = true)
        {
            using var model = TinyModels.Create("llama");
            SftTrainer.Train(model, Rows(12, shared), how, stop: TestContext.Current.CancellationToken);
            return [.. model.Parameters.SelectMany(p => p.Value.detach().bytes.ToArray())];
        }

        var whole = Run(options);
        foreach (var later in new[] { "checkpoint-6", "checkpoint-4" }) Directory.Delete(Path.Combine(options.Training.OutputFolder, later), recursive: true);
        var resumed = options with { Training = options.Training with { ResumeFrom = "true" } };
        Assert.Contains("data", Assert.Throws<ConfigException>(() => Run(resumed, shared: false)).Message, StringComparison.Ordinal);
        Assert.Equal(whole, Run(resumed));
    }

    [Fact]
    public void What_cannot_be_exact_is_refused_before_the_first_step()
    {
        using var convolution = TinyModels.Create("lfm2");
        Assert.Contains("a convolution over time", Refusal(convolution, new() { Training = Base }), StringComparison.Ordinal);
        using var routed = TinyModels.Create("qwen3_moe");
        Assert.Contains("router_aux_loss_coef", Refusal(routed, new() { Training = Base, Loss = new() { RouterBalance = 0.01 } }), StringComparison.Ordinal);
        Assert.Contains("TinyModel", Refusal(new TinyModel(50), new() { Training = Base }), StringComparison.Ordinal);
    }

    [Fact]
    public void An_adapter_with_dropout_trains_on_trees()
    {
        using var model = TinyModels.Create("llama");
        using var adapter = LoraAdapter.Create(model, new() { TargetModules = ["all-linear"], Rank = 2, Dropout = 0.3 }, 1);
        SftTrainer.Train(model, Rows(12, shared: true), new() { Training = Base }, stop: TestContext.Current.CancellationToken);
        Assert.All(adapter.Parameters, p => Assert.False(p.Value.isnan().any().ToBoolean()));
    }

    private static string Refusal(ICausalLM model, SftOptions options) =>
        Assert.Throws<ConfigException>(() => SftTrainer.Train(model, Rows(2, shared: true), options, stop: TestContext.Current.CancellationToken)).Message;

    /// <summary>Rows of two conversations, each of three examples that part twice, within 40 positions.</summary>
    private static PackedRow[] Rows(int count, bool shared)
    {
        var random = new SeededRandom(3);
        int[] Some(int length) => [.. Enumerable.Range(0, length).Select(_ => random.Next(50))];
        TokenSequence Example(int line, int part, int[] tokens) => new()
        {
            Tokens = tokens,
            Weights = [.. tokens.Select((_, t) => t > 0 && random.Next(3) > 0 ? 1f : 0f)],
            Origin = new("rows.jsonl", line),
            Part = part,
        };
        TokenSequence[] Conversation(int line)
        {
            int[] trunk = Some(4 + random.Next(9)), longer = [.. trunk, .. Some(3)];
            return [Example(line, 0, [.. trunk, .. Some(5)]), Example(line, 1, [.. longer, .. Some(4)]), Example(line, 2, [.. longer, .. Some(2 + random.Next(6))])];
        }

        return
        [
            .. Enumerable.Range(0, count).Select(row =>
            {
                TokenSequence[] sequences = [.. Conversation(2 * row), .. Conversation((2 * row) + 1)];
                return new PackedRow(sequences) { Tree = shared ? PrefixTree.Of(sequences, [3, 3]) : null };
            }),
        ];
    }

    private static List<Tensor> Train(string family, PackedRow[] rows, TrainingOptions options, Action<CausalLM>? prepare = null)
    {
        using var model = TinyModels.Create(family);
        prepare?.Invoke(model);
        SftTrainer.Train(model, rows, new() { Training = options }, stop: TestContext.Current.CancellationToken);
        return [.. model.Parameters.Select(p => p.Value.detach().clone())];
    }

    private static (double Loss, List<Tensor> Gradients) Gradients(CausalLM model, LossNormalization normalization, params PackedRow[] rows)
    {
        foreach (var (_, parameter) in model.Parameters) parameter.grad = null;
        var batches = rows.Select(r => new Collator(model.VocabularySize, normalization).Collate(r)).ToList();
        var divisor = batches.Sum(b => b.Divisor);
        return (batches.Sum(b => TokenLoss.Backward(model, b, new(), divisor).Sum) / divisor, [.. model.Parameters.Select(p => p.Value.grad!.clone())]);
    }
}
