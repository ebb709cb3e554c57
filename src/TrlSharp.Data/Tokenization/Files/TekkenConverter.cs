using System.Text;
using System.Text.Json;
using TrlSharp.Tokenization.Models;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.Files;

/// <summary>
/// <c>tekken.json</c> of Mistral's models: byte sequences with ranks, and control tokens whose ids come first. Becomes byte-level BPE with
/// ignore_merges, as transformers converts it.
/// </summary>
internal static class TekkenConverter
{
    public const string Name = "tekken.json";

    /// <summary>What files before version 7 leave unsaid (mistral_common, Tekkenizer).</summary>
    private static readonly string[] EarlySpecialTokens =
    [
        "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CALLS]",
        "[IMG]", "<pad>", "[IMG_BREAK]", "[IMG_END]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]",
    ];

    public static TokenizerFile Convert(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(TokenizerBuilder.WithoutMark(json));
        var root = new JsonFields(document.RootElement, Name);
        var config = root.Object("config");
        var specialCount = config.Int("default_num_special_tokens");
        var size = config.Int("default_vocab_size");
        if (specialCount > size || size > 1 << 21) throw new ModelFolderException($"{Name}: {specialCount} special tokens do not fit a vocabulary of {size}.");
        var special = SpecialTokens(root, specialCount);
        var vocabulary = new Utf8Vocabulary(size);
        for (var id = 0; id < special.Length; id++) vocabulary.Add(Encoding.UTF8.GetBytes(special[id]), id);
        var tokens = new Utf8Vocabulary(size);
        foreach (var (token, path) in root.Array("vocab").Take(size - specialCount))
        {
            var mapped = Mapped(new JsonFields(token, path));
            vocabulary.Add(mapped, vocabulary.Count);
            tokens.Add(mapped, specialCount + tokens.Count);
        }

        vocabulary.Freeze();
        tokens.Freeze();
        var merges = RankedMerges.ByRank(tokens, entry => RankedMerges.CharacterLengths(tokens.Token(entry)));
        return TokenizerFile.Create(Sections(config.String("pattern"), special), """{"type":"BPE","fuse_unk":false,"byte_fallback":false,"ignore_merges":true}""", vocabulary, merges);
    }

    private static string[] SpecialTokens(JsonFields root, int count)
    {
        var named = root.Get("special_tokens") is null
            ? EarlySpecialTokens
            : [.. root.Objects("special_tokens").OrderBy(token => token.Int("rank")).Select(token => token.String("token_str"))];
        if (named.Length > count) throw new ModelFolderException($"{Name} has {named.Length} special tokens; its config says {count}.");
        return [.. named, .. Enumerable.Range(named.Length, count - named.Length).Select(i => $"<SPECIAL_{i}>")];
    }

    private static byte[] Mapped(JsonFields token)
    {
        var encoded = token.String("token_bytes");
        var bytes = new byte[encoded.Length];
        return System.Convert.TryFromBase64String(encoded, bytes, out var length)
            ? Encoding.UTF8.GetBytes([.. bytes.AsSpan(0, length).ToArray().Select(ByteAlphabet.CharOf)])
            : throw new ModelFolderException($"{token.Path}.token_bytes is not Base64.");
    }

    private static string Sections(string pattern, string[] special)
    {
        var byteLevel = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = false, use_regex = false };
        var bos = Array.IndexOf(special, "<s>");
        var template = new
        {
            type = "TemplateProcessing",
            single = new object[] { new { SpecialToken = new { id = "<s>", type_id = 0 } }, new { Sequence = new { id = "A", type_id = 0 } } },
            pair = new object[] { new { Sequence = new { id = "A", type_id = 0 } }, new { Sequence = new { id = "B", type_id = 1 } } },
            special_tokens = new Dictionary<string, object> { ["<s>"] = new { id = "<s>", ids = new[] { bos }, tokens = new[] { "<s>" } } },
        };
        return JsonSerializer.Serialize(new
        {
            version = "1.0",
            added_tokens = special.Select((content, id) => new { id, content, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true }),
            pre_tokenizer = new { type = "Sequence", pretokenizers = new object[] { new { type = "Split", pattern = new { Regex = pattern }, behavior = "Isolated", invert = false }, byteLevel } },
            post_processor = bos < 0 ? byteLevel : (object)template,
            decoder = byteLevel,
        });
    }
}
