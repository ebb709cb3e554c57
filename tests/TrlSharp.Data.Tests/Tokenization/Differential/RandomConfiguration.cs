using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace TrlSharp.Data.Tests.Tokenization.Differential;

/// <summary>A <c>tokenizer.json</c> with random parts: every model, normalizer, pre-tokenizer, post-processor, decoder and flag, in sequences of up to three.</summary>
internal sealed class RandomConfiguration(SeededRandom random)
{
    private const string Letters = "abcdeghilnorstABCI0123456789.,!?'-_#|▁Ġ<>éàßş中文字日の한글\u0301\u0327\n\t 😀𝒳";

    private static readonly string[] Contents =
        ["<s>", "</s>", "<mask>", "<|im_end|>", "ab", "the", "Cat", "é", "É", " a", "a ", "▁▁", "\n\n", "<s>s", "中文", "😀", "[CLS]", "12", "İ", "<0x0A>", "!", "  "];

    private static readonly string[] Words =
        ["the", "in", "er", "aa", "aaaa", "ab", "abab", "the cat", "don't", "it's", "WE'LL", "naïve", "café", "ﬁ", "½", "²", "中文", "한국어", "日本の", "\u1112\u1161\u11ab", "İstanbul", "ΣΑΣ", "a\u0301\u0327", "\u0301",
            "3.14", "1234567", "٣٤", "x=y;", "\r\n", "  ", "\u00a0", "\u3000", "\u200b", "\u200d", "\ufeff", "\u0085", "\0", "\u0007", "<0x61>", "Ċ", "do not", " .", " '", " n't", "👩\u200d👩", "🇩🇪", "𐐀𐐨", "ʰ", "Ⅷ", "_", "__a", "##a", "</w>"];

    private readonly List<string> _vocabulary = [];
    private readonly List<string> _added = [];
    private bool _adds;

    /// <summary>Where the engine trims ranges (nothing real does so after adding tokens), it takes the unknown token of such a model for the normalized text itself; no tokenizer asks for that.</summary>
    private bool _isUnigram;

    /// <summary>Ids that some token may have.</summary>
    public int IdLimit { get; private set; }

    public string Create()
    {
        var model = Model();
        var tokens = AddedTokens();
        IdLimit = _vocabulary.Count + tokens.Count + 3;
        var node = new JsonObject();
        if (!Chance(8)) node["version"] = "1.0";
        node["truncation"] = Chance(8) ? Truncation() : null;
        node["padding"] = Chance(8) ? Padding() : null;
        node["added_tokens"] = tokens;
        node["normalizer"] = Chance(3) ? null : Several(Normalizer, "normalizers");
        node["pre_tokenizer"] = Chance(4) ? null : Several(PreTokenizer, "pretokenizers");
        node["post_processor"] = Chance(2) ? null : Several(PostProcessor, "processors");
        node["decoder"] = Chance(4) ? null : Several(Decoder, "decoders");
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
                0 => Pick(Words),
                1 => new string(' ', 1 + random.Next(3)),
                2 when _added.Count > 0 => Pick(_added),
                3 => Pick(_vocabulary),
                4 => Rune(random.Next(2) == 0 ? 0x250 : 0x11FFFF),
                5 => string.Concat(Enumerable.Repeat(Pick(Words), 1 + random.Next(4))),
                _ => Letter(),
            });
        }

        return text.ToString();
    }

    public int[] Ids() => [.. Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(IdLimit))];

    private bool Chance(int oneIn) => random.Next(oneIn) == 0;

    private bool Flag() => random.Next(2) == 0;

    private T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    private string Letter()
    {
        var runes = Letters.EnumerateRunes().ToArray();
        return Pick(runes).ToString();
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

    private static JsonObject Part(string type, params (string Name, JsonNode? Value)[] members)
    {
        var part = new JsonObject { ["type"] = type };
        foreach (var (name, value) in members) part[name] = value;
        return part;
    }

    private JsonObject Pattern() => Flag()
        ? new JsonObject { ["String"] = Pick([" ", "a", "▁", "ab", ".", "  ", "e", "中", "é", "\n", "a ", "😀"]) }
        : new JsonObject { ["Regex"] = Pick([@"\s+", @"\d", @"\p{N}{1,3}", @"[ab]+", @"\w+|[^\w\s]+", @"\p{L}+", "", @" ?[^\s\p{L}]+", @"(?=\d)", @"\p{Mn}", @"[^\p{L}]", "x*", "^ +", @"'(?i:s|ll)", @"[\r\n]+$"]) };

    private JsonObject Normalizer() => random.Next(17) switch
    {
        0 => Part("NFC"),
        1 => Part("NFD"),
        2 => Part("NFKC"),
        3 => Part("NFKD"),
        4 => Part("Lowercase"),
        5 => Part("StripAccents"),
        6 => Part("Nmt"),
        7 or 8 => Part("Strip", ("strip_left", Flag()), ("strip_right", Flag())),
        9 or 10 => Part("Prepend", ("prepend", Pick(["▁", "ab", " ", "é"]))),
        11 => Part("ByteLevel"),
        12 or 13 or 14 => Part("Replace", ("pattern", Pattern()), ("content", Pick(["▁", "", " ", "xy", "a", "中"]))),
        _ => Part("BertNormalizer", ("clean_text", Flag()), ("handle_chinese_chars", Flag()), ("strip_accents", Flag() ? null : Flag()), ("lowercase", Flag())),
    };

    private JsonObject ByteLevel()
    {
        var part = Part("ByteLevel", ("add_prefix_space", Flag()), ("trim_offsets", !_isUnigram && !_adds && Flag()));
        if (!Chance(3)) part["use_regex"] = Flag();
        return part;
    }

    private JsonObject Metaspace()
    {
        var part = Part("Metaspace", ("replacement", Pick(["▁", "_", "中"])));
        if (!Chance(3)) part["prepend_scheme"] = Pick(["always", "first", "never"]);
        if (Chance(3)) part["add_prefix_space"] = Flag();
        if (!Chance(3)) part["split"] = Flag();
        if (Chance(4)) part["str_rep"] = "▁";
        return part;
    }

    private JsonObject PreTokenizer() => random.Next(16) switch
    {
        0 => Part("Whitespace"),
        1 => Part("WhitespaceSplit"),
        2 => Part("BertPreTokenizer"),
        3 => Chance(3) ? Part("Punctuation") : Part("Punctuation", ("behavior", Behavior())),
        4 => Part("Digits", ("individual_digits", Flag())),
        5 => Part("CharDelimiterSplit", ("delimiter", Pick(["a", " ", "▁", "中", "😀"]))),
        6 => Chance(3) ? Part("FixedLength") : Part("FixedLength", ("length", 1 + random.Next(6))),
        7 or 8 => Metaspace(),
        9 or 10 => ByteLevel(),
        11 => Part("UnicodeScripts"),
        _ => Part("Split", ("pattern", Pattern()), ("behavior", Behavior()), ("invert", Flag())),
    };

    private string Behavior() => Pick(["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]);

    private JsonArray Pair() => [Pick(_vocabulary), random.Next(_vocabulary.Count)];

    /// <summary>At most one that adds tokens: after a template the engine takes what it added for texts of their own, or crashes.</summary>
    private JsonObject PostProcessor() => (_adds ? 0 : random.Next(5)) switch
    {
        0 => ByteLevel(),
        1 => Adds("BertProcessing", ("sep", Pair()), ("cls", Pair())),
        2 => Adds("RobertaProcessing", ("sep", Pair()), ("cls", Pair()), ("trim_offsets", !_isUnigram && !_adds && Flag()), ("add_prefix_space", Flag())),
        _ => Template(),
    };

    private JsonObject Adds(string type, params (string Name, JsonNode? Value)[] members)
    {
        _adds = true;
        return Part(type, members);
    }

    private JsonObject Template()
    {
        var special = new JsonObject();
        JsonNode Special()
        {
            var name = Pick(["[CLS]", "<s>", "x y"]);
            if (!special.ContainsKey(name))
            {
                var ids = Enumerable.Range(0, 1 + random.Next(2)).Select(_ => random.Next(_vocabulary.Count)).ToArray();
                special[name] = new JsonObject { ["id"] = name, ["ids"] = Array(ids.Select(id => (JsonNode)id)), ["tokens"] = Array(ids.Select(id => (JsonNode)_vocabulary[id])) };
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
        1 => Part("ByteFallback"),
        2 => Part("Fuse"),
        3 => Part("Strip", ("content", Pick([" ", "a", "▁", "😀"])), ("start", random.Next(3)), ("stop", random.Next(2))),
        4 or 5 => Part("Replace", ("pattern", Pattern()), ("content", Pick([" ", "", "▁", "xy"]))),
        6 or 7 => Metaspace(),
        8 => Part("WordPiece", ("prefix", Pick(["##", "a", ""])), ("cleanup", Flag())),
        9 => Part("BPEDecoder", ("suffix", Pick(["</w>", "a"]))),
        _ => Part("CTC", ("pad_token", Pick(["<s>", "a", "[CLS]"])), ("word_delimiter_token", Pick(["|", "▁"])), ("cleanup", Flag())),
    };

    private JsonObject Truncation() => new()
    {
        ["direction"] = Pick(["Left", "Right"]), ["max_length"] = 8 + random.Next(8), ["strategy"] = Pick(["LongestFirst", "OnlyFirst"]), ["stride"] = random.Next(3),
    };

    private JsonObject Padding() => new()
    {
        ["strategy"] = Flag() ? "BatchLongest" : new JsonObject { ["Fixed"] = random.Next(20) }, ["direction"] = Pick(["Left", "Right"]),
        ["pad_to_multiple_of"] = Flag() ? null : random.Next(5), ["pad_id"] = random.Next(5), ["pad_type_id"] = 0, ["pad_token"] = "x",
    };

    private JsonArray AddedTokens()
    {
        var tokens = new JsonArray();
        for (var n = random.Next(7); n > 0; n--)
        {
            var content = Pick(Contents);
            if (_added.Contains(content)) continue;
            _added.Add(content);
            tokens.Add(new JsonObject
            {
                ["id"] = _vocabulary.Count + tokens.Count, ["content"] = content, ["single_word"] = Chance(3), ["lstrip"] = Chance(3), ["rstrip"] = Chance(3), ["normalized"] = Flag(), ["special"] = Flag(),
            });
        }

        return tokens;
    }

    private JsonObject Model()
    {
        _vocabulary.Add("<unk>");
        if (Flag()) _vocabulary.AddRange(Enumerable.Range(0, Chance(4) ? 0xC0 : 256).Select(b => string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>")));
        if (Flag())
            for (var b = 0; b < 256; b++) _vocabulary.Add(TrlSharp.Tokenization.Text.ByteAlphabet.CharOf((byte)b).ToString());
        foreach (var rune in Letters.EnumerateRunes())
            if (!Chance(6)) _vocabulary.Add(rune.ToString());
        if (Flag()) _vocabulary.AddRange(Contents.Where(_ => Chance(3)));
        var model = random.Next(5) switch
        {
            0 => Unigram(),
            1 => WordPiece(),
            2 => WordLevel(),
            _ => BytePair(),
        };
        if (Chance(10)) model.Remove("type");
        return model;
    }

    private JsonObject Vocabulary()
    {
        var vocabulary = new JsonObject();
        var shift = Chance(5) ? random.Next(4) : 0;
        foreach (var token in _vocabulary.Distinct().ToArray()) vocabulary[token] = vocabulary.Count + shift;
        (string[] distinct, _) = ([.. _vocabulary.Distinct()], 0);
        _vocabulary.Clear();
        _vocabulary.AddRange(distinct);
        return vocabulary;
    }

    private JsonObject WordLevel()
    {
        _vocabulary.AddRange(Words.Where(_ => Flag()));
        return Part("WordLevel", ("vocab", Vocabulary()), ("unk_token", Chance(8) ? "none" : "<unk>"));
    }

    private JsonObject WordPiece()
    {
        var prefix = Pick(["##", "", "▁"]);
        _vocabulary.AddRange(Letters.EnumerateRunes().Where(_ => !Chance(5)).Select(rune => prefix + rune));
        _vocabulary.AddRange(Words.Where(_ => Flag()));
        _vocabulary.AddRange(Words.Where(_ => Flag()).Select(word => prefix + word));
        return Part("WordPiece", ("unk_token", "<unk>"), ("continuing_subword_prefix", prefix), ("max_input_chars_per_word", Pick([3, 10, 100])), ("vocab", Vocabulary()));
    }

    private JsonObject Unigram()
    {
        _vocabulary.AddRange(Words.Where(_ => Flag()));
        _isUnigram = true;
        _vocabulary.AddRange(Words.Where(_ => Chance(3)).Select(word => "▁" + word));
        var repeats = Chance(6);
        if (!repeats)
        {
            string[] distinct = [.. _vocabulary.Distinct()];
            _vocabulary.Clear();
            _vocabulary.AddRange(distinct);
        }

        var coarse = Flag();
        var pieces = new JsonArray([.. _vocabulary.Select(piece => (JsonNode)new JsonArray(piece, coarse ? -random.Next(6) : -(random.NextDouble() * 12)))]);
        var model = Part("Unigram", ("unk_id", Chance(8) ? null : 0), ("vocab", pieces));
        if (!Chance(4)) model["byte_fallback"] = Flag();
        return model;
    }

    private JsonObject BytePair()
    {
        var (prefix, suffix) = (Chance(4) ? "##" : "", Chance(4) ? "</w>" : "");
        var affixes = prefix.Length + suffix.Length > 0;
        if (prefix.Length > 0) _vocabulary.AddRange(Letters.EnumerateRunes().Select(rune => prefix + rune));
        if (suffix.Length > 0) _vocabulary.AddRange(Letters.EnumerateRunes().SelectMany(rune => new[] { rune + suffix, prefix + rune + suffix }));
        var merges = new List<(string Left, string Right)>();
        for (var n = random.Next(80); n > 0; n--)
        {
            var (left, right) = (Pick(_vocabulary), Pick(_vocabulary));
            if (left.Length == 0 || right.Length == 0 || left.EndsWith(suffix + " ", StringComparison.Ordinal) || !right.StartsWith(prefix, StringComparison.Ordinal)) continue;
            merges.Add((left, right));
            _vocabulary.Add(left + right[prefix.Length..]);
            if (Chance(20)) merges.Add(Pick(merges));
        }

        var asText = Flag() && !merges.Exists(merge => (merge.Left + merge.Right).Contains(' ', StringComparison.Ordinal) || merge.Left.StartsWith("#version", StringComparison.Ordinal));
        var vocabulary = Vocabulary();
        var model = Part("BPE", ("dropout", null), ("unk_token", Chance(3) ? null : Chance(10) ? "none" : "<unk>"));
        if (!Chance(4) || affixes) model["continuing_subword_prefix"] = prefix.Length > 0 || Flag() ? prefix : null;
        if (!Chance(4) || affixes) model["end_of_word_suffix"] = suffix.Length > 0 || Flag() ? suffix : null;
        if (!Chance(4)) model["fuse_unk"] = Flag();
        if (!Chance(4)) model["byte_fallback"] = !affixes && Flag();
        if (!Chance(4)) model["ignore_merges"] = Flag();
        var list = new JsonArray([.. merges.Select(merge => asText ? (JsonNode)$"{merge.Left} {merge.Right}" : new JsonArray(merge.Left, merge.Right))]);
        if (Flag()) (model["vocab"], model["merges"]) = (vocabulary, list);
        else (model["merges"], model["vocab"]) = (list, vocabulary);
        return model;
    }
}
