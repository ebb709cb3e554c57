using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Templates;
using TrlSharp.Tests;
using TrlSharp.Tokenization;

namespace TrlSharp.Data.Tests.Sequences;

/// <summary>
/// Examples of one row take tokens over from each other. Whatever the tokenizer and whatever the texts, each has the tokens, weights and findings that it
/// has alone.
/// </summary>
public sealed class SharedEncodingTests(ITestOutputHelper output)
{
    private static readonly int Rows = Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1" ? 20_000 : 400;

    private static readonly string[] Words =
    [
        "Hello", " world", "\n", "\n\n", " ", "  ", "don't", "'s", "'", "1", "23", "4567", "e", "\u0301", "\u0327", "é", "👍🏽", "\ud83d", "\udc4d", "漢字", "שלום", "assistant\n", "user\n", ".", "!\n", "\t", "▁",
        "HTTPServer", "<", "<|", "|>", "x = y;\r\n", "The quick brown fox jumps over the lazy dog. ", "It is not known whether it was 12 or 13.", "\u00A0", "a", "A", "<s>", "</s>", "\u1112\u1161\u11ab",
    ];

    private static readonly TrainPolicy[] Policies =
    [
        TrainPolicy.Assistant, TrainPolicy.Assistant with { ContentSpecialTokens = ContentControlTokens.Parse }, TrainPolicy.Assistant with { Straddle = StraddleRule.Cut },
        TrainPolicy.Assistant with { Boundary = SampledBoundary.Joint },
    ];

    /// <summary>Tokens of white space, and others that take white space in on either side: where these meet, one is found inside of the other.</summary>
    private const string White = "white";

    public static TheoryData<string> Names() =>
        [.. Directory.GetDirectories(SharedData.Path("conformance", "tokenizers")).Select(d => Path.GetFileName(d)!).Concat(Flagged().Keys).Append(White).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_example_of_a_row_has_the_tokens_that_it_has_alone(string name)
    {
        var tokenizer = Load(name);
        string[] control = [.. tokenizer.AddedTokens.Where(t => t.Content.Length > 0).OrderByDescending(t => t.LeftStrip || t.RightStrip).ThenBy(t => (t.Id * 7919) % 101).Take(12).Select(t => t.Content)];
        var texts = new Texts([.. Words, .. control, .. control.Select(c => c[..^1]), .. control.Select(c => c + " ")], control.Length == 0 ? ["#"] : control);
        var encoders = Array.ConvertAll(Policies, p => new ExampleEncoder(tokenizer, p, roundTrip: null));
        var (examples, tokens) = (0, 0);
        for (var row = 0; row < Rows; row++)
        {
            var random = SeededRandom.ForPart(41, row);
            var chat = texts.Chat(random);
            foreach (var encoder in encoders)
            {
                var together = encoder.Explain(chat);
                for (var i = 0; i < chat.Count; i++)
                {
                    var alone = encoder.Explain([chat[i]])[0];
                    Assert.Equal(alone.Tokens, together[i].Tokens);
                    Assert.Equal(alone.Weights, together[i].Weights);
                    Assert.Equal(alone.Reasons, together[i].Reasons);
                    Assert.Equal(alone.Example.Findings, together[i].Example.Findings);
                    (examples, tokens) = (examples + 1, tokens + alone.Tokens.Count);
                }
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{examples} examples, {tokens} tokens"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_token_lies_across_a_place_that_is_surely_a_cut(string name)
    {
        var tokenizer = Load(name);
        string[] pieces = [.. Words, .. tokenizer.AddedTokens.Take(8).Select(t => t.Content)];
        var tokens = new List<EncodedToken>();
        for (var i = 0; i < 5 * Rows; i++)
        {
            var random = SeededRandom.ForPart(43, i);
            var text = string.Concat(Enumerable.Range(0, 2 + random.Next(8)).Select(_ => pieces[random.Next(pieces.Length)]));
            if (text.Length < 2) continue;
            var at = 1 + random.Next(text.Length - 1);
            if (!tokenizer.IsSurelyCutAt(text, at, gate: null)) continue;
            foreach (var (isFirst, afterText) in new[] { (true, false), (false, false), (false, true) })
            {
                tokens.Clear();
                tokenizer.EncodePart(text, tokens, isFirst, afterText);
                Assert.DoesNotContain(tokens, t => t.Start < at && t.End > at);
            }
        }
    }

    /// <summary>Configurations that try the flags of added tokens.</summary>
    private static Dictionary<string, JsonElement> Flagged()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(SharedData.Path("conformance", "tokenizers", "added_token_flags.json")));
        return file.RootElement.EnumerateObject().ToDictionary(c => c.Name, c => c.Value.GetProperty("config").Clone());
    }

    private static Tokenizer Load(string name)
    {
        if (name == White)
        {
            return Load("qwen3").WithAddedTokens(
            [
                new(0, "\n", Special: true, Normalized: false), new(0, "  ", Normalized: false), new(0, "\n\n", Special: true, Normalized: false, LeftStrip: true),
                new(0, "<s>", Special: true, Normalized: false, RightStrip: true), new(0, "</s>", Special: true, Normalized: false, LeftStrip: true, RightStrip: true),
                new(0, "#", Special: true, Normalized: false, RightStrip: true, SingleWord: true),
            ]);
        }

        if (Flagged().TryGetValue(name, out var config)) return Tokenizer.Parse(JsonSerializer.SerializeToUtf8Bytes(config));
        using var gzip = new GZipStream(File.OpenRead(SharedData.Path("conformance", "tokenizers", name, "tokenizer.json.gz")), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        gzip.CopyTo(bytes);
        return Tokenizer.Parse(bytes.ToArray());
    }

    /// <summary>Chats as templates write them, and worse: what is an answer in one example is history in the next, mostly but not always the same.</summary>
    private sealed class Texts(string[] words, string[] control)
    {
        private static readonly Origin Framing = new(OriginKind.Literal, -1, "", 1, 0), Said = new(OriginKind.Data, 0, "content", 0, -1);

        public List<ProvedExample> Chat(SeededRandom random)
        {
            var turns = Enumerable.Range(0, 1 + random.Next(4)).Select(_ => (User: Some(random, 6), Answer: Some(random, 9), Frame: Frame(random), End: Frame(random))).ToArray();
            var (system, thought) = (Some(random, 3), random.Next(2) == 0 ? Some(random, 3) : Frame(random));
            var examples = new List<ProvedExample>();
            for (var last = 0; last < turns.Length; last++)
            {
                if (random.Next(10) == 0) system = Some(random, 3);
                var parts = new List<(string Text, bool IsFraming)> { (system, random.Next(10) > 0) };
                for (var t = 0; t < last; t++)
                {
                    parts.AddRange([(turns[t].Frame, true), (turns[t].User, random.Next(12) == 0), (turns[t].End, random.Next(12) > 0), (turns[t].Frame + "assistant\n", true)]);
                    parts.AddRange([(random.Next(6) == 0 ? turns[t].Answer.TrimStart() : turns[t].Answer, false), (turns[t].End, true)]);
                }

                parts.AddRange([(turns[last].Frame, true), (turns[last].User, false), (turns[last].End, true), (turns[last].Frame + "assistant\n", true), (thought, true)]);
                examples.Add(Example(examples.Count, parts, turns[last].Answer, turns[last].End));
            }

            return examples;
        }

        private static ProvedExample Example(int part, List<(string Text, bool IsFraming)> parts, string answer, string stop)
        {
            var (text, spans) = ("", new List<RenderedSpan>());
            foreach (var (piece, framing) in parts.Append((answer, false)).Append((stop, true)))
            {
                if (piece.Length > 0) spans.Add(new(text.Length, text.Length + piece.Length, framing ? Framing : Said, 0, piece.Length, true, 0, false));
                text += piece;
            }

            var start = text.Length - answer.Length - stop.Length;
            WeightedSpan[] weights = [new(start, start + answer.Length, 0, Channel.Content, 1, "a"), new(start + answer.Length, text.Length, 0, Channel.Stop, 0.5f, "b")];
            return new() { Origin = new("a.jsonl", 1), Part = part, Text = text, Spans = spans, Weights = [.. weights.Where(w => w.Start < w.End)], SampledStarts = [start] };
        }

        private string Some(SeededRandom random, int most) => string.Concat(Enumerable.Range(0, random.Next(most)).Select(_ => words[random.Next(words.Length)]));

        private string Frame(SeededRandom random) => random.Next(5) switch
        {
            0 => control[random.Next(control.Length)],
            1 => control[random.Next(control.Length)] + "\n",
            2 => "\n",
            3 => "",
            _ => control[0],
        };
    }
}
