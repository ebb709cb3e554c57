using TrlSharp.Examples;
using TrlSharp.Generation;
using TrlSharp.Inspection;
using TrlSharp.Models;
using TrlSharp.Packing;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Sft;
using TrlSharp.Templates;
using TrlSharp.Tokenization;
using TrlSharp.Tokenization.Training;
using TrlSharp.Training;

namespace TrlSharp.Tests.Sft;

/// <summary>
/// The proof from end to end: a tiny model that has learned eight chats by heart writes, greedily and from the prompt alone, exactly each trained turn with
/// its stop, and none of the turns that stood in its context without being trained. A wrong mask, shift or stop fails this whatever the other tests say.
/// </summary>
public sealed class OverfitTests
{
    private const int Rounds = 12;
    private const int UpdatesPerRound = 25;

    private static readonly string[] Words = ["amber", "birch", "coral", "delta", "ember", "fjord", "grove", "heron"];

    public static TheoryData<string> Templates =>
    [
        "trl__template", "trl__llama3", "trl__gemma3", "huggingface.js__mistralai_Mistral-Nemo-Instruct-2407", "trl__cohere2", "ik_llama.cpp__LFM2-8B-A1B", "open-instruct__olmo",
        "trl__qwen3_6", "ik_llama.cpp__ibm-granite-granite-3.3-2B-Instruct", "huggingface.js__zai-org_GLM-5.1",
    ];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Templates))]
    public void Every_trained_turn_is_written_with_its_stop_and_no_other(string name)
    {
        var source = File.ReadAllText(SharedData.Path("conformance", "templates", name + ".jinja"));
        var template = ChatTemplate.Parse(source, name, TemplateTokenizer.SpecialTokens);
        var tokenizer = Tokenizer(source, template);
        var builder = new SequenceBuilder(template, tokenizer, TrainPolicy.Parse(RowValue.Of("last")), new SequenceOptions { Now = new DateTime(2024, 7, 26) });
        var trained = Chats().Select(builder.Build).SelectMany(r => r.Sequences).ToArray();
        Assert.Equal(Words.Length, trained.Length);
        var untrained = Chats().Select(builder.With(TrainPolicy.Parse(RowValue.Parse("""{"turns":{"indices":[1]}}"""))).Build).SelectMany(r => r.Sequences).ToArray();

        using var model = CausalLM.Create(ModelConfig.Parse(Config(tokenizer.VocabularySize)), seed: 3);
        var right = 0;
        for (var round = 0; round < Rounds && right < trained.Length; round++)
        {
            SftTrainer.Train(model, [new PackedRow(trained)], Options, stop: TestContext.Current.CancellationToken);
            right = Written(model, trained);
        }

        Assert.Equal(trained.Length, right);
        Assert.Equal(0, Written(model, untrained));
    }

    private static SftOptions Options => new()
    {
        Training = new() { BatchSize = 1, MaxSteps = UpdatesPerRound, LoggingSteps = UpdatesPerRound, SaveStrategy = IntervalStrategy.No, Schedule = "constant", Optimizer = new() { LearningRate = 4e-3 } },
    };

    /// <summary>How many of the sequences the model continues exactly as they are trained.</summary>
    private static int Written(CausalLM model, TokenSequence[] sequences)
    {
        var starts = sequences.Select(s => Array.FindIndex(s.Weights, w => w > 0)).ToArray();
        var ends = sequences.Select(s => Array.FindLastIndex(s.Weights, w => w > 0) + 1).ToArray();
        var stops = sequences.Select((s, i) => s.Tokens[ends[i] - 1]).Distinct().ToArray();
        var config = new SamplingConfig { Temperature = 0, MaxNewTokens = sequences.Select((_, i) => ends[i] - starts[i]).Max() + 4, StopTokens = stops };
        var completions = TokenGenerator.Generate(model, [.. sequences.Select((s, i) => (IReadOnlyList<int>)s.Tokens[..starts[i]])], config, null, TestContext.Current.CancellationToken);
        return completions.Where((c, i) => c.Reason == StopReason.StopToken && c.Tokens.SequenceEqual(sequences[i].Tokens[starts[i]..ends[i]])).Count();
    }

    private static IEnumerable<ConversationExample> Chats() => Words.Select((word, i) => new ConversationExample(new RowOrigin("chats.jsonl", i + 1))
    {
        Messages = [Message("user", $"first {word}"), Message("assistant", $"never {word}"), Message("user", $"then {word}"), Message("assistant", $"always {word} {Words[(i + 3) % Words.Length]}")],
    });

    private static RowValue Message(string role, string content) => RowValue.MapOf(("role", RowValue.Of(role)), ("content", RowValue.Of(content)));

    /// <summary>The template's control tokens, the bytes, and whole words, so that sequences stay short.</summary>
    private static Tokenizer Tokenizer(string source, ChatTemplate template)
    {
        var bytes = TemplateTokenizer.For(source);
        var texts = Chats().Select(c => template.Render(new RenderRequest { Messages = c.Messages, Now = new DateTime(2024, 7, 26) }).Text).ToArray();
        return BytePairTrainer.Train(texts, new BytePairTrainingOptions
        {
            VocabularySize = 700,
            SpecialTokens = [.. bytes.AddedTokens.Select(t => t.Content)],
            NamedTokens = new Dictionary<string, string> { ["eos_token"] = bytes.EosToken! },
        });
    }

    private static string Config(int vocabulary) => FormattableString.Invariant($$"""
        {"model_type": "llama", "vocab_size": {{vocabulary}}, "hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4,
         "num_key_value_heads": 2, "initializer_range": 0.05, "max_position_embeddings": 1024, "tie_word_embeddings": false}
        """);
}
