using System.Text.Json.Nodes;
using TrlSharp.Batches;
using TrlSharp.Generation;
using TrlSharp.Models;
using TrlSharp.Tests.Models;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Generation;

public sealed class TokenGeneratorTests
{
    private static readonly IReadOnlyList<int>[] Prompts = [[1, 2, 3], [4], [5, 6, 7, 8, 9, 10, 11], [12, 13], [14, 15, 16]];

    public static TheoryData<string> Names => TinyModels.Names;

    private static IReadOnlyList<Completion> Generate(
        CausalLM model, IReadOnlyList<IReadOnlyList<int>> prompts, SamplingConfig config, GenerationOptions? options = null, CancellationToken? cancellation = null) =>
        TokenGenerator.Generate(model, prompts, config, options, cancellation ?? TestContext.Current.CancellationToken);

    /// <summary>Without a cache: the whole text is read again for every token.</summary>
    private static (List<int> Tokens, List<float> LogProbabilities) Slowly(CausalLM model, IReadOnlyList<int> prompt, int count)
    {
        using var noGradient = no_grad();
        var (tokens, scores) = (prompt.Select(t => (long)t).ToList(), new List<float>());
        for (var i = 0; i < count; i++)
        {
            using var scope = NewDisposeScope();
            var logits = model.Logits(model.HiddenStates(tensor(tokens.ToArray()), SequenceLayout.Single(tokens.Count)))[-1].log_softmax(-1);
            tokens.Add(logits.argmax().item<long>());
            scores.Add(logits[tokens[^1]].item<float>());
        }

        return ([.. tokens.Skip(prompt.Count).Select(t => (int)t)], scores);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_cache_changes_nothing(string name)
    {
        using var model = TinyModels.Create(name);
        var completions = Generate(model, Prompts, new() { Temperature = 0, MaxNewTokens = 15 });
        for (var i = 0; i < Prompts.Length; i++)
        {
            var (tokens, scores) = Slowly(model, Prompts[i], 15);
            Assert.Equal(tokens, completions[i].Tokens);
            for (var t = 0; t < 15; t++) Assert.Equal(scores[t], completions[i].LogProbabilities[t], 1e-4);
            Assert.Equal(StopReason.MaxNewTokens, completions[i].Reason);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Samples_depend_on_the_seed_and_the_place_but_not_on_the_batch_size(int batchSize)
    {
        using var model = TinyModels.Create("llama");
        var config = new SamplingConfig { Temperature = 1.3, TopP = 0.95, MaxNewTokens = 12, Seed = 3 };
        var together = Generate(model, Prompts, config, new() { BatchSize = 32 });
        var apart = Generate(model, Prompts, config, new() { BatchSize = batchSize });
        Assert.Equal(together.Select(c => c.Tokens), apart.Select(c => c.Tokens));
        var other = Generate(model, Prompts, config with { Seed = 4 });
        Assert.NotEqual(together.Select(c => c.Tokens), other.Select(c => c.Tokens));
    }

    /// <summary>With sizes that fill vectors, as all published models have them; libtorch computes the rest of a row in another way than its vectors.</summary>
    [Theory]
    [InlineData("llama", "\"head_dim\": 32")]
    [InlineData("mistral", "\"sliding_window\": 5, \"head_dim\": 32")]
    [InlineData("qwen3_moe", "\"num_experts\": 4, \"num_experts_per_tok\": 2, \"moe_intermediate_size\": 64, \"head_dim\": 32")]
    [InlineData("gemma2", "\"sliding_window\": 5, \"head_dim\": 32, \"query_pre_attn_scalar\": 32")]
    public void Log_probabilities_do_not_depend_on_the_batch_size_by_a_single_bit(string type, string keys)
    {
        var config = TinyModels.With(type, keys).Replace("\"hidden_size\": 24", "\"hidden_size\": 64", StringComparison.Ordinal)
            .Replace("\"intermediate_size\": 40", "\"intermediate_size\": 128", StringComparison.Ordinal).Replace("\"vocab_size\": 50", "\"vocab_size\": 64", StringComparison.Ordinal);
        foreach (var dtype in new[] { ScalarType.Float32, ScalarType.BFloat16 })
        {
            using var model = CausalLM.Create(ModelConfig.Parse(config), seed: 5, dtype);
            var sampling = new SamplingConfig { Temperature = 1, MaxNewTokens = 10, Seed = 3 };
            var alone = Generate(model, Prompts, sampling, new() { BatchSize = 1 });
            foreach (var batchSize in new[] { 2, 4, 32 })
                Assert.Equal(alone.Select(c => string.Join(' ', c.LogProbabilities)), Generate(model, Prompts, sampling, new() { BatchSize = batchSize }).Select(c => string.Join(' ', c.LogProbabilities)));
        }
    }

    [Fact]
    public void Tokens_stream_as_they_are_chosen()
    {
        using var model = TinyModels.Create("llama");
        var streamed = new Dictionary<long, List<int>>();
        var completions = Generate(model, Prompts, new() { Temperature = 0, MaxNewTokens = 5 }, new()
        {
            BatchSize = 2,
            OnToken = t =>
            {
                streamed.TryAdd(t.Sequence, []);
                streamed[t.Sequence].Add(t.Token);
            },
        });
        for (var i = 0; i < Prompts.Length; i++) Assert.Equal(completions[i].Tokens, streamed[i]);
    }

    [Fact]
    public void Completions_come_as_they_end_and_a_part_of_the_prompts_gives_what_all_give()
    {
        using var model = TinyModels.Create("llama");
        var config = new SamplingConfig { Temperature = 1.3, MaxNewTokens = 8, StopTokens = [.. Enumerable.Range(0, 8)], Seed = 3 };
        var all = Generate(model, Prompts, config);
        var drawn = 0;
        IEnumerable<IReadOnlyList<int>> Draw()
        {
            foreach (var prompt in Prompts.Skip(2))
            {
                drawn++;
                yield return prompt;
            }
        }

        var ended = new List<EndedCompletion>();
        foreach (var completion in TokenGenerator.GenerateEach(model, Draw(), config, new() { BatchSize = 2, FirstSequence = 2 }, TestContext.Current.CancellationToken))
        {
            ended.Add(completion);
            Assert.True(drawn <= ended.Count + 2, "no prompt is read before there is room");
        }

        Assert.Equal([2L, 3, 4], ended.Select(e => e.Sequence).Order());
        foreach (var (sequence, completion) in ended)
        {
            Assert.Equal(all[(int)sequence].Tokens, completion.Tokens);
            Assert.Equal(all[(int)sequence].Reason, completion.Reason);
        }
    }

    [Fact]
    public void A_stream_gives_token_by_token_what_a_batch_gives_and_may_be_left()
    {
        using var model = TinyModels.Create("llama");
        var config = new SamplingConfig { Temperature = 1.3, MaxNewTokens = 8, Seed = 3 };
        var expected = Generate(model, [Prompts[0]], config)[0];
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var tokens = TokenGenerator.Stream(model, Prompts[0], config, cancellation: TestContext.Current.CancellationToken).ToList();
        Assert.Equal(expected.Tokens, tokens.Select(t => t.Token));
        Assert.Equal([.. Enumerable.Repeat<StopReason?>(null, 7), StopReason.MaxNewTokens], tokens.Select(t => t.Reason));
        foreach (var _ in TokenGenerator.Stream(model, Prompts[0], config, cancellation: TestContext.Current.CancellationToken)) break;
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    /// <summary>What transformers writes for a left-padded batch with several stops, a repetition penalty, a shortest length.</summary>
    [Fact]
    public void Greedy_completions_and_their_log_probabilities_equal_those_of_transformers()
    {
        var reference = JsonNode.Parse(File.ReadAllText(SharedData.Path("conformance", "traces_grpo", "sampling.json")))!["greedy"]!;
        static List<int> Integers(JsonNode? node) => [.. node!.AsArray().Select(n => n!.GetValue<int>())];
        var (rows, masks) = (reference["left_padded_input_ids"]!.AsArray(), reference["attention_mask"]!.AsArray());
        List<IReadOnlyList<int>> prompts = [.. rows.Select((row, i) => (IReadOnlyList<int>)[.. Integers(row).Zip(Integers(masks[i])).Where(p => p.Second == 1).Select(p => p.First)])];
        using var model = ModelFolder.Load(SharedData.Path("conformance", "traces_grpo", "model"));
        foreach (var item in reference["cases"]!.AsArray())
        {
            var c = item!["config"]!;
            var config = new SamplingConfig
            {
                Temperature = 0,
                MaxNewTokens = c["max_new_tokens"]!.GetValue<int>(),
                MinNewTokens = c["min_new_tokens"]?.GetValue<int>() ?? 0,
                RepetitionPenalty = c["repetition_penalty"]?.GetValue<double>() ?? 1,
                StopTokens = Integers(c["eos_token_id"]),
            };
            foreach (var batchSize in new[] { 1, 32 })
            {
                var completions = Generate(model, prompts, config, new() { BatchSize = batchSize });
                for (var i = 0; i < prompts.Count; i++)
                {
                    Assert.Equal(Integers(item["completion_ids"]![i]), completions[i].Tokens);
                    var scores = item["raw_logprob_of_completion_ids"]![i]!.AsArray();
                    for (var t = 0; t < scores.Count; t++) Assert.Equal(scores[t]!.GetValue<float>(), completions[i].LogProbabilities[t], 1e-4);
                }
            }
        }
    }

    [Fact]
    public void A_completion_ends_with_its_stop_token_or_stop_string()
    {
        using var model = TinyModels.Create("llama");
        var (tokens, _) = Slowly(model, Prompts[0], 15);
        var stop = tokens[4];
        var byToken = Generate(model, [Prompts[0]], new() { Temperature = 0, StopTokens = [stop] })[0];
        Assert.Equal(tokens.Take(tokens.IndexOf(stop) + 1), byToken.Tokens);
        Assert.Equal(StopReason.StopToken, byToken.Reason);
        static string Decode(IReadOnlyList<int> ids) => string.Concat(ids.Select(id => $"<{id}>"));
        var byText = Generate(model, [Prompts[0]], new() { Temperature = 0, StopStrings = [$"<{tokens[2]}><{tokens[3]}>"] }, new() { Decode = Decode })[0];
        Assert.Equal(tokens.Take(4), byText.Tokens);
        Assert.Equal(StopReason.StopString, byText.Reason);
    }

    [Fact]
    public void Cancellation_returns_what_was_written()
    {
        using var model = TinyModels.Create("llama");
        using var source = new CancellationTokenSource();
        var count = 0;
        var completions = Generate(model, [Prompts[0]], new() { MaxNewTokens = 1000 }, new() { OnToken = _ => { if (++count == 3) source.Cancel(); } }, source.Token);
        Assert.Equal(3, completions[0].Tokens.Count);
        Assert.Equal(StopReason.Cancelled, completions[0].Reason);
    }

    [Fact]
    public void Learned_positions_end_a_completion()
    {
        using var model = TinyModels.Create("gpt2");
        var completion = Generate(model, [Prompts[0]], new() { Temperature = 0, MaxNewTokens = 100 })[0];
        Assert.Equal(StopReason.ContextFull, completion.Reason);
        Assert.Equal(40 - 3, completion.Tokens.Count);
    }

    [Fact]
    public void Wrong_settings_are_reported_together()
    {
        using var model = TinyModels.Create("llama");
        var error = Assert.Throws<ConfigException>(() => Generate(model, [[], [50]], new() { MaxNewTokens = 0, TopP = 0, Temperature = -1, StopStrings = ["x"] }));
        foreach (var part in new[] { "max_new_tokens is 0", "top_p is 0", "temperature is -1", "prompt 0 is empty", "token 50", "decoder" }) Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Generation_leaves_no_tensor_behind()
    {
        using var model = TinyModels.Create("llama");
        Generate(model, Prompts, new() { MaxNewTokens = 3 });
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Generate(model, Prompts, new() { MaxNewTokens = 20 }, new() { BatchSize = 2 });
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
