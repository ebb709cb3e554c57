using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TrlSharp.Tokenization;
using TrlSharp.Tokenization.Files;

namespace TrlSharp.Data.Tests.Tokenization.Differential;

/// <summary>
/// Random <c>tokenizer.json</c> files through ours and the real engine: encodings with and without special tokens, decodes with and without
/// them; every other file as our <c>Save</c> writes it. TRLSHARP_CONFIGURATIONS sets the number of files (default 150).
/// </summary>
public sealed class RandomConfigurationTests
{
    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("TRLSHARP_CONFIGURATIONS") ?? "150", CultureInfo.InvariantCulture);
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("TRLSHARP_SEED") ?? "1", CultureInfo.InvariantCulture);
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void Random_files_mean_the_same_to_the_real_engine()
    {
        using var engine = new CaseEngine();
        var problems = new List<string>();
        var counts = (Files: 0, Refused: 0, Crashed: 0, Compared: 0);
        for (var i = 0; i < Count; i++)
        {
            var random = SeededRandom.ForPart((ulong)Seed, i);
            var configuration = new RandomConfiguration(random);
            var json = configuration.Create();
            string[] texts = [.. Enumerable.Range(0, 12).Select(_ => configuration.Text())];
            int[][] ids = [.. Enumerable.Range(0, 8).Select(_ => configuration.Ids())];
            var ours = Load(json, out var refusal);
            var sent = i % 2 == 1 && ours is not null ? Encoding.UTF8.GetString(TokenizerWriter.Write(ours.Parts)) : json;
            var theirs = engine.Ask(new CaseEngine.Question(sent, texts, ids));
            counts.Files++;
            if (theirs is null)
            {
                counts.Crashed++;
                if (Environment.GetEnvironmentVariable("TRLSHARP_CRASHES") == "1") TestContext.Current.TestOutputHelper!.WriteLine($"file {i} makes the engine crash or hang: {Shown(json)}");
            }
            if (theirs?.Error is not null) counts.Refused++;
            if (theirs is null || theirs.Error is not null) continue;
            if (ours is not null && IsAmbiguous(ours)) continue;
            var found = new List<string>();
            if (ours is null) found.Add($"we refuse what the engine reads: {refusal}");
            else counts.Compared += Compare(ours, texts, ids, theirs, json, found);
            if (found.Count > 0) problems.Add($"file {i}: {found.Count} differences, the shortest: {found.MinBy(problem => problem.Length)}\n{Shown(json)}");
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{counts}");
        Assert.True(problems.Count == 0, $"{counts}; {problems.Count} files differ: {string.Join("\n\n", problems.Take(int.Parse(Environment.GetEnvironmentVariable("TRLSHARP_SHOWN") ?? "4", CultureInfo.InvariantCulture)))}");
        Assert.True(counts.Compared > Count);
    }

    /// <summary>Two added tokens that look the same once they are normalized: the engine finds one or the other as its hash table has it.</summary>
    private static bool IsAmbiguous(Tokenizer ours)
    {
        var added = ours.Parts.Pipeline.Added;
        string?[] patterns = [.. added.Tokens.Where(token => token.Normalized).Select(token => added.DecodedForm(token.Id))];
        return patterns.Distinct().Count() < patterns.Length;
    }

    private static Tokenizer? Load(string json, out string refusal)
    {
        refusal = "";
        try
        {
            return Tokenizer.Parse(Encoding.UTF8.GetBytes(json));
        }
        catch (TrlSharpException e)
        {
            refusal = e.Message;
            return null;
        }
    }

    private static int Compare(Tokenizer ours, string[] texts, int[][] ids, CaseEngine.Answer theirs, string json, List<string> problems)
    {
        var compared = 0;

        // After a long word, short ones go the long one's way, too.
        if (texts[0].Length % 2 == 0) OrRefused(() => $"{ours.Encode(new string('=', 100)).Length}");
        for (var i = 0; i < texts.Length; i++)
        {
            foreach (var special in new[] { false, true })
            {
                compared++;
                var expected = Show((special ? theirs.S! : theirs.E!)[i]);
                var actual = Show(ours, texts[i], special);

                // The engine stops reading where a text is cut, so that it does not meet what it would refuse behind that.
                if (actual == "refused" && json.Contains("max_length", StringComparison.Ordinal)) continue;
                if (expected != actual) problems.Add($"{JsonSerializer.Serialize(texts[i])}, special tokens {special}\nours   {actual}\ntheirs {expected}");
            }
        }

        for (var i = 0; i < ids.Length; i++)
        {
            foreach (var skip in new[] { false, true })
            {
                compared++;
                var expected = (skip ? theirs.K! : theirs.D!)[i] ?? "refused";
                var actual = OrRefused(() => ours.Decode(ids[i], skip));
                if (expected != actual) problems.Add($"ids {string.Join(' ', ids[i])}, skipping {skip}\nours   {JsonSerializer.Serialize(actual)}\ntheirs {JsonSerializer.Serialize(expected)}");
            }
        }

        return compared;
    }

    /// <summary>The file without its vocabulary.</summary>
    private static string Shown(string json)
    {
        var node = System.Text.Json.Nodes.JsonNode.Parse(json)!;
        node["model"]!.AsObject().Remove("vocab");
        node["model"]!.AsObject().Remove("merges");
        return node.ToJsonString(Relaxed);
    }

    private static string Show(Tokenizer ours, string text, bool special) => OrRefused(() =>
    {
        var positions = new int[text.Length + 1];
        for (var i = 0; i < text.Length; i++) positions[i + 1] = positions[i] + (char.IsHighSurrogate(text[i]) ? 0 : 1);
        return string.Join(' ', ours.EncodeToFileLength(text, special).Select(token => $"{token.Id}[{positions[token.Start]},{positions[token.End]})"));
    });

    private static string Show(CaseEngine.Encoding? encoding) =>
        encoding is null ? "refused" : string.Join(' ', encoding.I.Select((id, k) => $"{id}[{encoding.O[2 * k]},{encoding.O[(2 * k) + 1]})"));

    private static string OrRefused(Func<string> work)
    {
        try
        {
            return work();
        }
        catch (TrlSharpException)
        {
            return "refused";
        }
    }
}
