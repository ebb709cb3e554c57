using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TrlSharp.Tokenization;

namespace TrlSharp.Data.Tests.Tokenization.Differential;

/// <summary>
/// Generated regexes in the style of model families through ours and the real engine, as a Split step whose every piece is one token. TRLSHARP_PATTERNS sets the number of regexes (default 100),
/// each with 50 texts.
/// </summary>
public sealed class PatternTests
{
    private const int Texts = 50;

    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("TRLSHARP_PATTERNS") ?? "100", CultureInfo.InvariantCulture);
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("TRLSHARP_SEED") ?? "1", CultureInfo.InvariantCulture);
    private static readonly string[] Behaviors = ["Isolated", "Isolated", "Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"];

    [Fact]
    public void Regexes_of_model_families_cut_where_the_real_engine_cuts()
    {
        using var engine = new CaseEngine();
        var problems = new List<string>();
        var counts = (Patterns: 0, Refused: 0, Compared: 0);
        for (var i = 0; i < Count; i++)
        {
            var random = SeededRandom.ForPart((ulong)Seed, i);
            var generator = new RandomPattern(random);
            var pattern = generator.Pattern();
            var json = Json(pattern, Behaviors[random.Next(Behaviors.Length)], random.Next(5) == 0);
            string[] texts = [.. Enumerable.Range(0, Texts).Select(_ => generator.Text())];
            var theirs = engine.Ask(new(json, texts, []));
            counts.Patterns++;
            if (theirs is not { Error: null })
            {
                counts.Refused++;
                continue;
            }

            try
            {
                counts.Compared += texts.Length;
                if (Difference(Tokenizer.Parse(Encoding.UTF8.GetBytes(json)), texts, theirs) is { } difference) problems.Add($"{pattern}\n{json}\n{difference}");
            }
            catch (TrlSharpException e)
            {
                problems.Add($"{pattern}\nwe refuse what the engine reads: {e.Message}");
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{counts}");
        Assert.True(problems.Count == 0, $"{counts}; {problems.Count} patterns differ: {string.Join("\n\n", problems.OrderBy(p => p.Length).Take(8))}");
        Assert.True(counts.Refused * 10 < counts.Patterns);
    }

    private static string? Difference(Tokenizer ours, string[] texts, CaseEngine.Answer theirs)
    {
        for (var i = 0; i < texts.Length; i++)
        {
            var positions = new int[texts[i].Length + 1];
            for (var k = 0; k < texts[i].Length; k++) positions[k + 1] = positions[k] + (char.IsHighSurrogate(texts[i][k]) ? 0 : 1);
            var actual = string.Join(' ', ours.Encode(texts[i]).Select(token => $"[{positions[token.Start]},{positions[token.End]})"));
            var expected = theirs.E![i] is { } e ? string.Join(' ', Enumerable.Range(0, e.I.Length).Select(k => $"[{e.O[2 * k]},{e.O[(2 * k) + 1]})")) : "refused";
            if (actual != expected) return $"{JsonSerializer.Serialize(texts[i])}\nours   {actual}\ntheirs {expected}";
        }

        return null;
    }

    private static string Json(string pattern, string behavior, bool invert) => new JsonObject
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray(),
        ["normalizer"] = null,
        ["pre_tokenizer"] = new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = pattern }, ["behavior"] = behavior, ["invert"] = invert },
        ["post_processor"] = null,
        ["decoder"] = null,
        ["model"] = new JsonObject { ["type"] = "WordLevel", ["vocab"] = new JsonObject { ["?"] = 0 }, ["unk_token"] = "?" },
    }.ToJsonString();
}
