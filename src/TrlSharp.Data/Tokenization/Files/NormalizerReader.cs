using TrlSharp.Tokenization.Normalizers;
using TrlSharp.Tokenization.PreTokenizers;
using TrlSharp.Tokenization.Regexes;

namespace TrlSharp.Tokenization.Files;

/// <summary>Makes a normalizer of its JSON.</summary>
internal static class NormalizerReader
{
    public static Normalizer Read(JsonFields json) => json.Type switch
    {
        "Sequence" => new NormalizerSequence([.. json.Objects("normalizers").Select(Read)]),
        "NFC" => new UnicodeNormalizer(compose: true, compatible: false),
        "NFD" => new UnicodeNormalizer(compose: false, compatible: false),
        "NFKC" => new UnicodeNormalizer(compose: true, compatible: true),
        "NFKD" => new UnicodeNormalizer(compose: false, compatible: true),
        "Lowercase" => new LowercaseNormalizer(),
        "StripAccents" => new StripAccentsNormalizer(),
        "Nmt" => new NmtNormalizer(),
        "Strip" => new StripNormalizer(json.Bool("strip_left", false), json.Bool("strip_right", false)),
        "Prepend" => new PrependNormalizer(json.String("prepend")),
        "ByteLevel" => new ByteLevelNormalizer(),
        "Replace" => new ReplaceNormalizer(Pattern(json), json.String("content")),
        "Bert" or "BertNormalizer" => ReadBert(json),
        "Precompiled" => PrecompiledNormalizer.FromBase64(json.String("precompiled_charsmap"), json.Path),
        var type => throw json.NotImplemented($"the normalizer \"{type}\""),
    };

    /// <summary>The <c>pattern</c> of a Replace or Split: <c>{"String": …}</c> or <c>{"Regex": …}</c>.</summary>
    public static TextPattern Pattern(JsonFields json)
    {
        var pattern = json.Object("pattern");
        if (pattern.OptionalString("String") is { } literal) return new LiteralPattern(literal);
        return KnownPatterns.Find(pattern.String("Regex")) ?? RegexPattern.Create(pattern.String("Regex"), pattern.Path);
    }

    private static BertNormalizer ReadBert(JsonFields json)
    {
        var lowercase = json.Bool("lowercase", true);
        return new BertNormalizer(json.Bool("clean_text", true), json.Bool("handle_chinese_chars", true), json.OptionalBool("strip_accents") ?? lowercase, lowercase);
    }
}
