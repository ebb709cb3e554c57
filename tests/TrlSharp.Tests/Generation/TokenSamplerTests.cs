using System.Text.Json.Nodes;
using TrlSharp.Generation;

namespace TrlSharp.Tests.Generation;

public sealed class TokenSamplerTests
{
    private static float[] Warp(SamplingConfig config, float[] logits, int[] before)
    {
        var result = new float[logits.Length];
        new TokenSampler(config, new(1)).Warp(logits, before, [], result);
        return result;
    }

    private static float[] Floats(JsonNode node) => [.. node.AsArray().Select(n => n!.GetValue<float>())];

    [Fact]
    public void Warped_distributions_equal_those_of_transformers()
    {
        var reference = JsonNode.Parse(File.ReadAllText(SharedData.Path("conformance", "traces_grpo", "sampling.json")))!;
        var rows = reference["logits"]!.AsArray().Select(row => Floats(row!)).ToList();
        var before = reference["input_ids_so_far"]!.AsArray().Select(row => row!.AsArray().Select(n => n!.GetValue<int>()).ToArray()).ToList();
        var cases = reference["cases"]!.AsArray();
        Assert.NotEmpty(cases);
        foreach (var item in cases)
        {
            var c = item!["config"]!;
            var config = new SamplingConfig
            {
                Temperature = c["temperature"]!.GetValue<double>(),
                TopK = c["top_k"]!.GetValue<int>(),
                TopP = c["top_p"]!.GetValue<double>(),
                MinP = c["min_p"]?.GetValue<double>() ?? 0,
                RepetitionPenalty = c["repetition_penalty"]!.GetValue<double>(),
            };
            for (var row = 0; row < rows.Count; row++)
            {
                var (actual, expected) = (Warp(config, rows[row], before[row]), Floats(item["probabilities"]!.AsArray()[row]!));
                // Which of several equal scores survives top-p depends on the sort: the third row has ties.
                if (row == 2) (actual, expected) = ([.. actual.Order()], [.. expected.Order()]);
                for (var i = 0; i < actual.Length; i++) Assert.True(Math.Abs(actual[i] - expected[i]) < 1e-6, $"{c.ToJsonString()} row {row} token {i}: {actual[i]} instead of {expected[i]}");
            }
        }
    }

    [Fact]
    public void Draws_follow_the_distribution()
    {
        float[] logits = [MathF.Log(0.5f), MathF.Log(0.3f), MathF.Log(0.2f)];
        var sampler = new TokenSampler(new(), new(7));
        var counts = new int[3];
        for (var i = 0; i < 20_000; i++) counts[sampler.Next(logits, [0], []).Token]++;
        Assert.Equal([0.5, 0.3, 0.2], counts.Select(n => Math.Round(n / 20_000.0, 1)));
    }

    [Fact]
    public void The_log_probability_is_that_of_the_model_before_any_filter()
    {
        float[] logits = [2, 1, 0];
        var sampler = new TokenSampler(new() { Temperature = 0.5, TopK = 1 }, new(1));
        var (token, logProbability) = sampler.Next(logits, [0], []);
        Assert.Equal(0, token);
        Assert.Equal(-Math.Log(1 + Math.Exp(-2) + Math.Exp(-4)), logProbability, 1e-6);
    }

    [Fact]
    public void Stop_tokens_are_impossible_before_the_shortest_length()
    {
        var sampler = new TokenSampler(new() { Temperature = 0, MinNewTokens = 2, StopTokens = [0] }, new(1));
        Assert.Equal(1, sampler.Next([9, 1, 0], [2], [2]).Token);
        Assert.Equal(0, sampler.Next([9, 1, 0], [2], [2, 2]).Token);
    }
}
