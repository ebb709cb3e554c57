using System.Text;
using System.Text.Json.Nodes;

namespace TrlSharp.Data.Tests.Tokenization.Differential;

/// <summary>A <c>tokenizer.json</c> with random parts: every model, normalizer, pre-tokenizer, post-processor, decoder and flag, in sequences of up to three.</summary>
internal sealed class RandomConfiguration(SeededRandom random)
{
    private readonly RandomModel _model = new(random);
    private readonly List<string> _added = [];
    private bool _adds;

    /// <summary>Ids that some token may have.</summary>
    public int IdLimit { get; private set; }

    public string Create()
    {
        var model = _model.Create();
        var tokens = AddedTokens();
        IdLimit = _model.Vocabulary.Count + tokens.Count + 3;
        var node = new JsonObject();
        if (!random.Chance(8)) node["version"] = "1.0";
        node["truncation"] = random.Chance(8) ? Truncation() : null;
        node["padding"] = random.Chance(8) ? Padding() : null;
        node["added_tokens"] = tokens;
        node["normalizer"] = random.Chance(3) ? null : Several(Normalizer, "normalizers");
        node["pre_tokenizer"] = random.Chance(4) ? null : Several(PreTokenizer, "pretokenizers");
        node["post_processor"] = random.Chance(2) ? null : Several(PostProcessor, "processors");
        node["decoder"] = random.Chance(4) ? null : Several(Decoder, "decoders");
        node["model"] = model;
        return node.ToJsonString();
    }

    public string Text()
    {
        var text = new StringBuilder();
        for (var n = random.Next(random.Next(3) == 0 ? 24 : 8); n >= 0; n--)
        {
            text.Append(random.Next(9) switch
            {
                0 => random.Pick(RandomModel.Words),
                1 => new string(' ', 1 + random.Next(3)),
                2 when _added.Count > 0 => random.Pick(_added),
                3 => random.Pick(_model.Vocabulary),
                4 => Rune(random.Next(2) == 0 ? 0x250 : 0x11FFFF),
                5 => string.Concat(Enumerable.Repeat(random.Pick(RandomModel.Words), 1 + random.Next(4))),
                _ => Letter(),
            });
        }

        return text.ToString();
    }

    public int[] Ids() => [.. Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(IdLimit))];

    private string Letter()
    {
        var runes = RandomModel.Letters.EnumerateRunes().ToArray();
        return random.Pick(runes).ToString();
    }

    private string Rune(int limit)
    {
        var c = random.Next(Math.Min(limit, 0x110000));
        return c is >= 0xD800 and < 0xE000 ? "x" : char.ConvertFromUtf32(c);
    }

    private JsonObject Several(Func<JsonObject> part, string name)
    {
        if (random.Next(3) > 0) return part();
        return new JsonObject { ["type"] = "Sequence", [name] = new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => (JsonNode)part())]) };
    }

    private JsonObject Pattern() => random.Flag()
        ? new JsonObject { ["String"] = random.Pick([" ", "a", "▁", "ab", ".", "  ", "e", "中", "é", "\n", "a ", "😀"]) }
        : new JsonObject { ["Regex"] = random.Pick([@"\s+", @"\d", @"\p{N}{1,3}", @"[ab]+", @"\w+|[^\w\s]+", @"\p{L}+", "", @" ?[^\s\p{L}]+", @"(?=\d)", @"\p{Mn}", @"[^\p{L}]", "x*", "^ +", @"'(?i:s|ll)", @"[\r\n]+$"]) };

    private JsonObject Normalizer() => random.Next(17) switch
    {
        0 => Parts.Create("NFC"),
        1 => Parts.Create("NFD"),
        2 => Parts.Create("NFKC"),
        3 => Parts.Create("NFKD"),
        4 => Parts.Create("Lowercase"),
        5 => Parts.Create("StripAccents"),
        6 => Parts.Create("Nmt"),
        7 or 8 => Parts.Create("Strip", ("strip_left", random.Flag()), ("strip_right", random.Flag())),
        9 or 10 => Parts.Create("Prepend", ("prepend", random.Pick(["▁", "ab", " ", "é"]))),
        11 => Parts.Create("ByteLevel"),
        12 or 13 or 14 => Parts.Create("Replace", ("pattern", Pattern()), ("content", random.Pick(["▁", "", " ", "xy", "a", "中"]))),
        _ => Parts.Create("BertNormalizer", ("clean_text", random.Flag()), ("handle_chinese_chars", random.Flag()), ("strip_accents", random.Flag() ? null : random.Flag()), ("lowercase", random.Flag())),
    };

    private JsonObject ByteLevel()
    {
        var part = Parts.Create("ByteLevel", ("add_prefix_space", random.Flag()), ("trim_offsets", !_model.IsUnigram && !_adds && random.Flag()));
        if (!random.Chance(3)) part["use_regex"] = random.Flag();
        return part;
    }

    private JsonObject Metaspace()
    {
        var part = Parts.Create("Metaspace", ("replacement", random.Pick(["▁", "_", "中"])));
        if (!random.Chance(3)) part["prepend_scheme"] = random.Pick(["always", "first", "never"]);
        if (random.Chance(3)) part["add_prefix_space"] = random.Flag();
        if (!random.Chance(3)) part["split"] = random.Flag();
        if (random.Chance(4)) part["str_rep"] = "▁";
        return part;
    }

    private JsonObject PreTokenizer() => random.Next(16) switch
    {
        0 => Parts.Create("Whitespace"),
        1 => Parts.Create("WhitespaceSplit"),
        2 => Parts.Create("BertPreTokenizer"),
        3 => random.Chance(3) ? Parts.Create("Punctuation") : Parts.Create("Punctuation", ("behavior", Behavior())),
        4 => Parts.Create("Digits", ("individual_digits", random.Flag())),
        5 => Parts.Create("CharDelimiterSplit", ("delimiter", random.Pick(["a", " ", "▁", "中", "😀"]))),
        6 => random.Chance(3) ? Parts.Create("FixedLength") : Parts.Create("FixedLength", ("length", 1 + random.Next(6))),
        7 or 8 => Metaspace(),
        9 or 10 => ByteLevel(),
        11 => Parts.Create("UnicodeScripts"),
        _ => Parts.Create("Split", ("pattern", Pattern()), ("behavior", Behavior()), ("invert", random.Flag())),
    };

    private string Behavior() => random.Pick(["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]);

    private JsonArray Pair() => [random.Pick(_model.Vocabulary), random.Next(_model.Vocabulary.Count)];

    /// <summary>At most one that adds tokens: after a template the engine takes what it added for texts of their own, or crashes.</summary>
    private JsonObject PostProcessor() => (_adds ? 0 : random.Next(5)) switch
    {
        0 => ByteLevel(),
        1 => Adds("BertProcessing", ("sep", Pair()), ("cls", Pair())),
        2 => Adds("RobertaProcessing", ("sep", Pair()), ("cls", Pair()), ("trim_offsets", !_model.IsUnigram && !_adds && random.Flag()), ("add_prefix_space", random.Flag())),
        _ => Template(),
    };

    private JsonObject Adds(string type, params (string Name, JsonNode? Value)[] members)
    {
        _adds = true;
        return Parts.Create(type, members);
    }

    private JsonObject Template()
    {
        var special = new JsonObject();
        JsonNode Special()
        {
            var name = random.Pick(["[CLS]", "<s>", "x y"]);
            if (!special.ContainsKey(name))
            {
                var ids = Enumerable.Range(0, 1 + random.Next(2)).Select(_ => random.Next(_model.Vocabulary.Count)).ToArray();
                special[name] = new JsonObject { ["id"] = name, ["ids"] = Array(ids.Select(id => (JsonNode)id)), ["tokens"] = Array(ids.Select(id => (JsonNode)_model.Vocabulary[id])) };
            }

            return new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = name, ["type_id"] = random.Next(2) } };
        }

        static JsonNode Sequence(string id) => new JsonObject { ["Sequence"] = new JsonObject { ["id"] = id, ["type_id"] = 0 } };
        var single = new JsonArray();
        for (var n = random.Next(3); n > 0; n--) single.Add(Special());
        single.Add(Sequence("A"));
        for (var n = random.Next(3); n > 0; n--) single.Add(Special());
        return Adds("TemplateProcessing", ("single", single), ("pair", new JsonArray(Sequence("A"), Sequence("B"))), ("special_tokens", special));
    }

    private static JsonArray Array(IEnumerable<JsonNode> items) => [.. items];

    private JsonObject Decoder() => random.Next(11) switch
    {
        0 => ByteLevel(),
        1 => Parts.Create("ByteFallback"),
        2 => Parts.Create("Fuse"),
        3 => Parts.Create("Strip", ("content", random.Pick([" ", "a", "▁", "😀"])), ("start", random.Next(3)), ("stop", random.Next(2))),
        4 or 5 => Parts.Create("Replace", ("pattern", Pattern()), ("content", random.Pick([" ", "", "▁", "xy"]))),
        6 or 7 => Metaspace(),
        8 => Parts.Create("WordPiece", ("prefix", random.Pick(["##", "a", ""])), ("cleanup", random.Flag())),
        9 => Parts.Create("BPEDecoder", ("suffix", random.Pick(["</w>", "a"]))),
        _ => Parts.Create("CTC", ("pad_token", random.Pick(["<s>", "a", "[CLS]"])), ("word_delimiter_token", random.Pick(["|", "▁"])), ("cleanup", random.Flag())),
    };

    private JsonObject Truncation() => new()
    {
        ["direction"] = random.Pick(["Left", "Right"]), ["max_length"] = 8 + random.Next(8), ["strategy"] = random.Pick(["LongestFirst", "OnlyFirst"]), ["stride"] = random.Next(3),
    };

    private JsonObject Padding() => new()
    {
        ["strategy"] = random.Flag() ? "BatchLongest" : new JsonObject { ["Fixed"] = random.Next(20) }, ["direction"] = random.Pick(["Left", "Right"]),
        ["pad_to_multiple_of"] = random.Flag() ? null : random.Next(5), ["pad_id"] = random.Next(5), ["pad_type_id"] = 0, ["pad_token"] = "x",
    };

    private JsonArray AddedTokens()
    {
        var tokens = new JsonArray();
        for (var n = random.Next(7); n > 0; n--)
        {
            var content = random.Pick(RandomModel.Contents);
            if (_added.Contains(content)) continue;
            _added.Add(content);
            tokens.Add(new JsonObject
            {
                ["id"] = _model.Vocabulary.Count + tokens.Count, ["content"] = content, ["single_word"] = random.Chance(3), ["lstrip"] = random.Chance(3), ["rstrip"] = random.Chance(3), ["normalized"] = random.Flag(), ["special"] = random.Flag(),
            });
        }

        return tokens;
    }
}
