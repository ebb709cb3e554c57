using TrlSharp.Tokenization.Normalizers;
using TrlSharp.Tokenization.PreTokenizers;
using TrlSharp.Tokenization.Unicode;

namespace TrlSharp.Tokenization.Files;

/// <summary>Makes a pre-tokenizer of its JSON.</summary>
internal static class PreTokenizerReader
{
    private static readonly CharacterPattern WhiteSpace = new(CharacterRewriter.IsWhiteSpace);
    private static readonly CharacterPattern Punctuation = new(CharacterSet.Punctuation.Contains);

    public static PreTokenizer Read(JsonFields json) => json.Type switch
    {
        "Sequence" => new PreTokenizerSequence([.. json.Objects("pretokenizers").Select(Read)]),
        "ByteLevel" => new ByteLevelPreTokenizer(json.Bool("add_prefix_space", true), json.Bool("use_regex", true), mapBytes: true),
        "Metaspace" => new MetaspacePreTokenizer(json.Char("replacement"), Scheme(json), json.Bool("split", true)),
        "Split" => new SplitPreTokenizer(NormalizerReader.Pattern(json), Behavior(json, json.String("behavior")), json.Bool("invert", false)),
        "Whitespace" => new SplitPreTokenizer(new WordsAndSymbolsPattern(), SplitBehavior.Removed, invert: true),
        "WhitespaceSplit" => new SplitPreTokenizer(WhiteSpace, SplitBehavior.Removed),
        "CharDelimiterSplit" => new SplitPreTokenizer(new LiteralPattern(json.Character("delimiter")), SplitBehavior.Removed),
        "Punctuation" => new SplitPreTokenizer(Punctuation, Behavior(json, json.OptionalString("behavior") ?? "Isolated")),
        "Digits" => new SplitPreTokenizer(new CharacterPattern(IsNumeric), json.Bool("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous),
        "BertPreTokenizer" => new PreTokenizerSequence(
            [new SplitPreTokenizer(WhiteSpace, SplitBehavior.Removed), new SplitPreTokenizer(Punctuation, SplitBehavior.Isolated)]),
        "UnicodeScripts" => new SplitPreTokenizer(new ScriptPattern(), SplitBehavior.Removed, invert: true),
        "FixedLength" => new SplitPreTokenizer(new FixedLengthPattern(json.OptionalInt("length") is null or > 0
            ? json.OptionalInt("length") ?? 5 : throw new ModelFolderException($"{json.Path}.length must be above 0.")), SplitBehavior.Isolated),
        var type => throw json.NotImplemented($"the pre-tokenizer \"{type}\""),
    };

    /// <summary>The scheme, with the older <c>add_prefix_space</c> that some files have in its place.</summary>
    public static PrependScheme Scheme(JsonFields json)
    {
        var scheme = json.OptionalString("prepend_scheme") switch
        {
            null or "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            var other => throw json.NotImplemented($"the prepend_scheme \"{other}\""),
        };
        if (json.OptionalBool("add_prefix_space") != false) return scheme;
        return json.OptionalString("prepend_scheme") is null or "never" ? PrependScheme.Never
            : throw new ModelFolderException($"{json.Path} has add_prefix_space false and another prepend_scheme than \"never\"; one of them is wrong.");
    }

    private static SplitBehavior Behavior(JsonFields json, string name) => name switch
    {
        "Removed" => SplitBehavior.Removed,
        "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        _ => throw json.NotImplemented($"the split behavior \"{name}\""),
    };

    private static bool IsNumeric(int codePoint) =>
        System.Globalization.CharUnicodeInfo.GetUnicodeCategory(codePoint) is System.Globalization.UnicodeCategory.DecimalDigitNumber
            or System.Globalization.UnicodeCategory.LetterNumber or System.Globalization.UnicodeCategory.OtherNumber || CharacterSet.ExtraNumbers.Contains(codePoint);
}
