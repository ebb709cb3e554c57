using TrlSharp.Generation;

namespace TrlSharp.Tests.Generation;

public sealed class GenerationDefaultsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp defaults ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private GenerationDefaults Load(string json)
    {
        File.WriteAllText(Path.Combine(_folder, "generation_config.json"), json);
        return GenerationDefaults.Load(_folder);
    }

    [Fact]
    public void Values_mean_what_they_mean_in_transformers()
    {
        var sampled = Load("""{"do_sample": true, "temperature": 0.6, "top_p": 0.95, "eos_token_id": [1, 2], "max_new_tokens": 9, "repetition_penalty": 1.1, "bos_token_id": 7}""");
        Assert.Empty(sampled.Notes);
        Assert.Equal((0.6, 50, 0.95, 9, 1.1), (sampled.Sampling.Temperature, sampled.Sampling.TopK, sampled.Sampling.TopP, sampled.Sampling.MaxNewTokens, sampled.Sampling.RepetitionPenalty));
        Assert.Equal([1, 2], sampled.Sampling.StopTokens);
        // Without do_sample the other numbers have no effect.
        Assert.Equal((0, 1, 0), (Load("""{"temperature": 0.6, "top_p": 0.9, "top_k": 5}""").Sampling is var s ? (s.Temperature, s.TopP, s.TopK) : default));
    }

    [Fact]
    public void Without_the_file_the_stops_come_from_the_config()
    {
        File.WriteAllText(Path.Combine(_folder, "config.json"), """{"model_type": "llama", "eos_token_id": 3}""");
        Assert.Equal([3], GenerationDefaults.Load(_folder).Sampling.StopTokens);
        Assert.Equal(0, GenerationDefaults.Load(_folder).Sampling.Temperature);
    }

    [Theory]
    [InlineData("\"num_beams\": 4", "num_beams")]
    [InlineData("\"typical_p\": 0.5", "typical_p")]
    [InlineData("\"suppress_tokens\": [1]", "suppress_tokens")]
    public void What_is_not_applied_is_told(string setting, string part) => Assert.Contains(part, Assert.Single(Load($"{{{setting}}}").Notes), StringComparison.Ordinal);

    [Theory]
    [InlineData("\"num_beams\": 1")]
    [InlineData("\"typical_p\": 1.0, \"suppress_tokens\": null, \"bad_words_ids\": []")]
    public void What_is_off_is_not(string setting) => Assert.Empty(Load($"{{{setting}}}").Notes);

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"do_sample\": 1}")]
    [InlineData("{\"do_sample\": true, \"top_p\": 7}")]
    [InlineData("{\"eos_token_id\": \"x\"}")]
    [InlineData("{\"eos_token_id\": [1.5]}")]
    [InlineData("{")]
    public void A_damaged_file_is_refused(string json) => Assert.Throws<ModelFolderException>(() => Load(json));
}
