using System.Text;
using System.Text.Json;
using TrlSharp.Tokenization.Models;

namespace TrlSharp.Tokenization.Files;

/// <summary>
/// <c>vocab.json</c> with <c>merges.txt</c>: byte-level BPE. The files do not say how text is cut; the <c>tokenizer_class</c> does, and each class
/// gets what transformers gives it.
/// </summary>
internal static class VocabularyMergesConverter
{
    private const string Qwen2 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Model = """{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":"","end_of_word_suffix":"","fuse_unk":false,"byte_fallback":false,"ignore_merges":false}""";

    public static TokenizerFile Convert(ReadOnlyMemory<byte> vocabJson, ReadOnlyMemory<byte> mergesText, ReadOnlyMemory<byte> configJson)
    {
        var vocabulary = new Utf8Vocabulary();
        var reader = new Utf8JsonReader(TokenizerBuilder.WithoutMark(vocabJson).Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new ModelFolderException("vocab.json must be an object of ids.");
        VocabularyReader.ReadIds(ref reader, vocabulary);
        vocabulary.Freeze();
        var lines = Encoding.UTF8.GetString(mergesText.Span).Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0);
        return TokenizerFile.Create(Sections(configJson), Model, vocabulary, MergesReader.ReadLines(lines, vocabulary));
    }

    private static string Sections(ReadOnlyMemory<byte> configJson)
    {
        using var document = JsonDocument.Parse(configJson.IsEmpty ? "{}"u8.ToArray() : TokenizerBuilder.WithoutMark(configJson));
        var config = new JsonFields(document.RootElement, "tokenizer_config.json");
        var prefix = config.Bool("add_prefix_space", false);
        object byteLevel = new { type = "ByteLevel", add_prefix_space = prefix, trim_offsets = false, use_regex = true };
        object bytesOnly = new { type = "ByteLevel", add_prefix_space = prefix, trim_offsets = false, use_regex = false };
        return (config.OptionalString("tokenizer_class") ?? "GPT2Tokenizer").Replace("Fast", "", StringComparison.Ordinal) switch
        {
            "GPT2Tokenizer" => JsonSerializer.Serialize(new { pre_tokenizer = byteLevel, post_processor = byteLevel, decoder = byteLevel }),
            "Qwen2Tokenizer" => JsonSerializer.Serialize(new
            {
                normalizer = new { type = "NFC" },
                pre_tokenizer = new { type = "Sequence", pretokenizers = new[] { new { type = "Split", pattern = new { Regex = Qwen2 }, behavior = "Isolated", invert = false }, bytesOnly } },
                post_processor = bytesOnly,
                decoder = bytesOnly,
            }),
            var other => throw new ModelFolderException(
                $"vocab.json and merges.txt without tokenizer.json are read for GPT2Tokenizer and Qwen2Tokenizer; this folder's tokenizer_class is {other}. Save the model's tokenizer.json with transformers."),
        };
    }
}
