using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrlSharp.Data.Tests.Tokenization.Differential;

/// <summary>Small tokenizers, one for each component and option, so that each can be compared with the real engine by itself.</summary>
internal static class ConfigurationFixtures
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,!?'▁Ġ<>|/_éàü中文字́";

    public static IEnumerable<(string Name, string Json)> All
    {
        get
        {
            foreach (var normalizer in Normalizers) yield return ($"normalizer {normalizer}", Config(normalizer, null, CharacterModel()));
            foreach (var preTokenizer in PreTokenizers) yield return ($"pre-tokenizer {preTokenizer}", Config(null, preTokenizer, WordLevel()));
            foreach (var regex in Regexes)
                yield return ($"regex {regex}", Config(null, Json(new { type = "Split", pattern = new { Regex = regex }, behavior = "Isolated", invert = false }), WordLevel()));
            foreach (var (name, model) in Models) yield return ($"model {name}", Config(null, null, model));
            foreach (var processor in PostProcessors)
                yield return ($"post-processor {processor}", Config(null, """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""", CharacterModel(), processor));
            yield return ("length settings", Config(null, """{"type":"Whitespace"}""", CharacterModel(), lengths: true));
            yield return ("added tokens", Config("""{"type":"Sequence","normalizers":[{"type":"Lowercase"},{"type":"NFD"}]}""", """{"type":"Whitespace"}""", CharacterModel()));
        }
    }

    private static string[] Normalizers =>
    [
        """{"type":"NFC"}""", """{"type":"NFD"}""", """{"type":"NFKC"}""", """{"type":"NFKD"}""", """{"type":"Lowercase"}""", """{"type":"StripAccents"}""",
        """{"type":"Nmt"}""", """{"type":"Strip","strip_left":true,"strip_right":true}""", """{"type":"Strip","strip_left":false,"strip_right":true}""",
        """{"type":"Prepend","prepend":"▁"}""", """{"type":"Prepend","prepend":"ab"}""", """{"type":"ByteLevel"}""",
        """{"type":"Replace","pattern":{"String":" "},"content":"▁"}""", """{"type":"Replace","pattern":{"String":"a"},"content":"xyz"}""",
        """{"type":"Replace","pattern":{"Regex":"\\s+"},"content":" "}""", """{"type":"Replace","pattern":{"Regex":"[^a-zé<>]"},"content":""}""",
        """{"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"StripAccents"},{"type":"Lowercase"},{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""",
        """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}""",
        """{"type":"BertNormalizer","clean_text":false,"handle_chinese_chars":true,"strip_accents":true,"lowercase":false}""",
        """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":false,"strip_accents":false,"lowercase":true}""",
    ];

    private static string[] PreTokenizers =>
    [
        """{"type":"Whitespace"}""", """{"type":"WhitespaceSplit"}""", """{"type":"BertPreTokenizer"}""", """{"type":"Punctuation","behavior":"Contiguous"}""",
        """{"type":"Punctuation","behavior":"MergedWithPrevious"}""", """{"type":"Digits","individual_digits":true}""", """{"type":"Digits","individual_digits":false}""",
        """{"type":"CharDelimiterSplit","delimiter":"a"}""", """{"type":"FixedLength","length":3}""",
        """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}""",
        """{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":false}""", """{"type":"Metaspace","replacement":"_","add_prefix_space":true}""",
        """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""", """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}""",
        """{"type":"Split","pattern":{"String":" "},"behavior":"MergedWithPrevious","invert":false}""", """{"type":"Split","pattern":{"String":" "},"behavior":"MergedWithNext","invert":false}""",
        """{"type":"Split","pattern":{"Regex":"\\d+"},"behavior":"Removed","invert":true}""", """{"type":"Split","pattern":{"Regex":"[ab]"},"behavior":"Contiguous","invert":true}""",
        """{"type":"Split","pattern":{"Regex":"[a-c]"},"behavior":"MergedWithNext","invert":true}""", """{"type":"Split","pattern":{"Regex":"\\w+"},"behavior":"MergedWithPrevious","invert":true}""",
        """{"type":"Sequence","pretokenizers":[{"type":"Punctuation","behavior":"Contiguous"},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},{"type":"Digits","individual_digits":false},{"type":"Split","pattern":{"Regex":"[0-9][0-9][0-9]"},"behavior":"Isolated","invert":false}]}""",
        """{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}]}""",
        """{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}]}""",
    ];

    /// <summary>Patterns of real tokenizers, then constructs.</summary>
    private static string[] Regexes =>
    [
        @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        @"[一-龥぀-ゟ゠-ヿ]+", @"\p{N}{1,3}", @"\d{1,3}(?=(?:\d{3})*\b)", @"\s+$", @"^\s+", @"(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+",
        @"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}|\s+",
        @"\w+|[^\w\s]+", @"\b", @"\B", @"(?i:s|k|å|ß)+", @"a*", @"(?=\d)", @"(?<=\s)\S", @"(?<![a-z])\p{Lu}+", @"[[:punct:]]+", @"\p{Punct}+", @"[\w.]+", @"[^\W]+", @"\W+", @"\p{Word}+", @"\p{Space}+", @"\p{Alnum}+", @"[[:^alpha:]]+", @"\n$|^.|.$", @"\p{XDigit}+|\p{Blank}+|\p{Cntrl}", @"(?:a|ab)(?:c|bcd)*", @"a{,3}", @"x{,}|a{b}", @"[[:alpha:]&&[^a-z]]+", @"[^\W\d_]+",
        @"\p{^L}+", @"\P{L}+", @"(a|b)+?c?", @"x{2}?", @"x{2}+", @"\h+", @"\R", @"(?m:.)+", @".+", @"\A.", @".\z", @"\x{4e2d}|\u6587", @"(?i)[a-z]+", @"[\u0041-\u005a\-]+",
        @"\p{Hiragana}+|\p{Katakana}+|\p{Hangul}+", @"\p{Alphabetic}+|\p{Emoji}", @"\$|\n$", @"[a\]b-]+", @"\p{Lu}(?>\p{Ll}*)", @"[ \t]+(?=\n)|\n+",
    ];

    private static IEnumerable<(string Name, string Json)> Models
    {
        get
        {
            yield return ("BPE drops unknown", Bpe(unknown: null, fuse: false, fallback: false));
            yield return ("BPE unknown", Bpe("<unk>", fuse: false, fallback: false));
            yield return ("BPE fused unknown", Bpe("<unk>", fuse: true, fallback: false));
            yield return ("BPE byte fallback", Bpe("<unk>", fuse: true, fallback: true));
            yield return ("BPE few bytes", Bpe("<unk>", fuse: true, fallback: true, bytes: 0xC0));
            yield return ("WordPiece", Json(new { type = "WordPiece", unk_token = "<unk>", continuing_subword_prefix = "##", max_input_chars_per_word = 20, vocab = Vocab(["<unk>", .. Pieces, .. Pieces.Select(p => "##" + p)]) }));
            yield return ("Unigram", Json(new { type = "Unigram", unk_id = 0, byte_fallback = false, vocab = ScoredPieces(0) }));
            yield return ("Unigram byte fallback", Json(new { type = "Unigram", unk_id = 0, byte_fallback = true, vocab = ScoredPieces(256) }));
            yield return ("Unigram few bytes", Json(new { type = "Unigram", unk_id = 0, byte_fallback = true, vocab = ScoredPieces(0xC0) }));
        }
    }

    private static string[] PostProcessors =>
    [
        """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""", """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true}""",
        """{"type":"RobertaProcessing","sep":["</s>",2],"cls":["<s>",0],"trim_offsets":true,"add_prefix_space":false}""",
    ];

    private static string[] Pieces => [.. Letters.EnumerateRunes().Select(rune => rune.ToString()), "th", "the", " t", "in", "er", "ab", "abab", "aa", "aaaa", "  ", "▁t", "▁▁", "中文", "don", "'t"];

    /// <summary>Every character a token, so that ids show the normalized text.</summary>
    private static string CharacterModel() => Bpe("<unk>", fuse: false, fallback: true);

    private static string WordLevel() => Json(new { type = "WordLevel", unk_token = "<unk>", vocab = Vocab(["<unk>", .. Pieces]) });

    private static string Bpe(string? unknown, bool fuse, bool fallback, int bytes = 256) => Json(new
    {
        type = "BPE",
        dropout = (double?)null,
        unk_token = unknown,
        continuing_subword_prefix = (string?)null,
        end_of_word_suffix = (string?)null,
        fuse_unk = fuse,
        byte_fallback = fallback,
        ignore_merges = false,
        vocab = Vocab(["<unk>", .. Pieces, .. fallback ? Bytes(bytes) : []]),
        merges = new[] { "t h", "th e", "i n", "e r", "a b", "ab ab", "a a", "aa aa", "▁ t", "▁ ▁", "中 文" },
    });

    private static IEnumerable<string> Bytes(int count) => Enumerable.Range(0, count).Select(b => $"<0x{b:X2}>");

    private static Dictionary<string, int> Vocab(IEnumerable<string> tokens) => tokens.Distinct().Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id);

    private static object[][] ScoredPieces(int bytes) =>
        [["<unk>", 0.0], .. Pieces.Select((piece, i) => new object[] { piece, -1.5 - (0.37 * (i % 17)) + (0.9 * (piece.Length - 1)) }), .. Bytes(bytes).Select(b => new object[] { b, -20.0 })];

    private static string Config(string? normalizer, string? preTokenizer, string model, string? postProcessor = null, bool lengths = false)
    {
        var tokens = new (string Content, bool Normalized, bool Left, bool Right, bool Word)[]
        {
            ("<s>", false, false, false, false), ("<mask>", false, true, false, false), ("</s>", true, false, false, false), ("Cat", true, false, true, false),
            ("ab", false, false, false, true), ("<s>s", false, false, false, false), ("é", true, false, false, false),
        };
        var node = new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = lengths ? JsonNode.Parse("""{"direction":"Right","max_length":12,"strategy":"LongestFirst","stride":0}""") : null,
            ["padding"] = lengths ? JsonNode.Parse("""{"strategy":{"Fixed":7},"direction":"Left","pad_to_multiple_of":3,"pad_id":5,"pad_type_id":0,"pad_token":"e"}""") : null,
            ["added_tokens"] = new JsonArray([.. tokens.Select((token, i) => (JsonNode)new JsonObject
            {
                ["id"] = 1000 + i, ["content"] = token.Content, ["single_word"] = token.Word, ["lstrip"] = token.Left, ["rstrip"] = token.Right, ["normalized"] = token.Normalized, ["special"] = true,
            })]),
            ["normalizer"] = normalizer is null ? null : JsonNode.Parse(normalizer),
            ["pre_tokenizer"] = preTokenizer is null ? null : JsonNode.Parse(preTokenizer),
            ["post_processor"] = postProcessor is null ? null : JsonNode.Parse(postProcessor),
            ["decoder"] = null,
            ["model"] = JsonNode.Parse(model),
        };
        return node.ToJsonString();
    }

    private static string Json(object value) => JsonSerializer.Serialize(value);
}
