using System.Globalization;
using System.IO.Compression;
using System.Text;
using TrlSharp.Tests;
using TrlSharp.Tokenization;

namespace TrlSharp.Data.Tests.Tokenization.Differential;

/// <summary>
/// Generated texts through ours and the real engine: no difference in ids or ranges. TRLSHARP_DIFFERENTIAL sets the number of texts per
/// tokenizer (default 300).
/// </summary>
public sealed class DifferentialTests
{
    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("TRLSHARP_DIFFERENTIAL") ?? "300", CultureInfo.InvariantCulture);
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("TRLSHARP_SEED") ?? "1", CultureInfo.InvariantCulture);

    public static TheoryData<string> RealTokenizers =>
        ["gpt2", "llama3", "llama4", "gpt-oss", "qwen3", "olmo-neox", "llama2", "mistral-v1", "mistral-v3", "bora", "t5-small", "bert-uncased"];

    public static TheoryData<string, string> Configurations
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (name, json) in ConfigurationFixtures.All) data.Add(name, json);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(RealTokenizers))]
    public void Real_tokenizers_agree_on_generated_texts(string name)
    {
        var path = SharedData.Path("conformance", "tokenizers", name, "tokenizer.json.gz");
        using var gzip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        gzip.CopyTo(memory);
        Compare(Tokenizer.Parse(memory.ToArray()), RealEngine.Generate(path, Seed, Count));
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Every_component_agrees_on_generated_texts(string name, string json)
    {
        var path = Path.Combine(Path.GetTempPath(), $"trlsharp-{Guid.NewGuid():N}.json");
        File.WriteAllText(path, json);
        try
        {
            Compare(Tokenizer.Parse(Encoding.UTF8.GetBytes(json)), RealEngine.Generate(path, Seed, Count));
        }
        finally
        {
            File.Delete(path);
        }

        Assert.NotEmpty(name);
    }

    /// <summary>What <see cref="Tokenizer.WithAddedTokens"/> makes, saved: the real engine, ours in memory and ours read back agree.</summary>
    [Theory]
    [InlineData("gpt2")]
    [InlineData("qwen3")]
    [InlineData("llama2")]
    [InlineData("t5-small")]
    [InlineData("bert-uncased")]
    public void Added_tokens_mean_the_same_once_saved(string name)
    {
        using var gzip = new GZipStream(File.OpenRead(SharedData.Path("conformance", "tokenizers", name, "tokenizer.json.gz")), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        gzip.CopyTo(memory);
        var tokenizer = Tokenizer.Parse(memory.ToArray()).WithAddedTokens(
        [
            new(0, "<|call|>", Special: true, Normalized: false), new(0, "Zürich"), new(0, "don", SingleWord: true), new(0, "<sp>", LeftStrip: true, RightStrip: true), new(0, "the", Normalized: false), new(0, "<|call"),
        ]);
        var folder = Directory.CreateTempSubdirectory("trlsharp-");
        try
        {
            tokenizer.Save(folder.FullName);
            var answers = RealEngine.Generate(Path.Combine(folder.FullName, "tokenizer.json"), Seed, Count).ToArray();
            Compare(tokenizer, answers);
            Compare(Tokenizer.Load(folder.FullName), answers);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Compare(Tokenizer tokenizer, IEnumerable<RealEngine.Answer> answers)
    {
        var (compared, wrong, first) = (0, 0, "");

        // After a long word, short ones go the long one's way, too.
        tokenizer.Encode(new string('=', 100));
        foreach (var answer in answers)
        {
            compared++;
            var tokens = tokenizer.EncodeToFileLength(answer.T);
            var positions = new int[answer.T.Length + 1];
            for (var i = 0; i < answer.T.Length; i++) positions[i + 1] = positions[i] + (char.IsHighSurrogate(answer.T[i]) ? 0 : 1);
            if (tokens.Select(token => token.Id).SequenceEqual(answer.I) && tokens.SelectMany(token => new[] { positions[token.Start], positions[token.End] }).SequenceEqual(answer.O)) continue;
            if (wrong++ == 0) first = Describe(answer, tokens, positions);
        }

        Assert.True(wrong == 0, $"{wrong} of {compared} texts differ; the first: {first}");
        Assert.True(compared > 0);
    }

    private static string Describe(RealEngine.Answer answer, EncodedToken[] tokens, int[] positions)
    {
        var text = string.Concat(answer.T.EnumerateRunes().Select(rune => rune.Value is >= 0x20 and < 0x7F ? rune.ToString() : $"\\u{{{rune.Value:X}}}"));
        return $"{text}\nours   {string.Join(' ', tokens.Select(token => $"{token.Id}[{positions[token.Start]},{positions[token.End]})"))}\n"
            + $"theirs {string.Join(' ', answer.I.Select((id, k) => $"{id}[{answer.O[2 * k]},{answer.O[(2 * k) + 1]})"))}";
    }
}
