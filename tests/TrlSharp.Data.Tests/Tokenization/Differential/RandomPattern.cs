namespace TrlSharp.Data.Tests.Tokenization.Differential;

/// <summary>
/// Regexes as model families write them into <c>pre_tokenizer</c>: the alternatives of GPT-2, cl100k, o200k, Llama 3, Qwen, DeepSeek, Falcon, StarCoder, BLOOM and their kin, in their usual
/// order, some left out, some doubled, with quantifiers that are greedy, lazy and possessive. And texts that such regexes treat differently.
/// </summary>
internal sealed class RandomPattern(SeededRandom random)
{
    private static readonly string[] Contractions =
    [
        "'s|'t|'re|'ve|'m|'ll|'d", "(?i:'s|'t|'re|'ve|'m|'ll|'d)", "'(?i:[sdmt]|ll|ve|re)", "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])", "'(?:[sdmt]|ll|ve|re)",
        "(?i)'s|(?i)'t|(?i)'re", "(?i:['’](?:s|t|ſ|K))",
    ];

    private static readonly string[] Leads = ["", " ?", "\\s?", " ?+", "[^\\r\\n\\p{L}\\p{N}]?", "[^\\r\\n\\p{L}\\p{N}]?+", "[^\\s\\p{L}\\p{N}]?", "(?:\\s|_)?", "[\\p{P}\\p{S}]?", "(?>\\s?)"];

    private static readonly string[] Words =
    [
        "\\p{L}+", "\\p{L}++", "\\p{L}+?", "[\\p{L}\\p{M}]+", "[\\p{L}\\p{M}]++", "\\p{L}{1,4}", "\\p{L}{2,}", "[A-Za-z]+", "(?:\\p{L}\\p{M}*)+", "\\w+", "[^\\W\\d_]+", "\\p{Lu}?\\p{Ll}+", "\\p{Alphabetic}+",
        "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+", "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*", "[\\p{Lu}\\p{Lt}]*+[\\p{Ll}\\p{M}]++", "(?:\\p{Lu}+(?!\\p{Ll})|\\p{Lu}?\\p{Ll}+)",
        "\\p{Han}+", "[一-龥぀-ゟ゠-ヿ]+", "[\\p{Hiragana}\\p{Katakana}]+", "[\\p{Han}&&[^一]]+", "[ऀ-ॿ]+", "[\\u4e00-\\u9fff]+", "\\p{Latin}+", "\\p{Cyrillic}+",
    ];

    private static readonly string[] Numbers =
    [
        "\\p{N}", "\\p{N}{1,3}", "\\p{N}{1,3}+", "\\p{N}+", "\\d+", "\\d", "\\p{Nd}{1,2}", "[0-9]{3}", "[0-9][0-9][0-9]", "\\d{1,3}(?=(?:\\d{3})*\\b)", "(?<!\\d)\\d{2}", "\\p{N}{1,3}(?:\\.\\p{N}+)?", "[\\p{Nl}\\p{No}]+",
    ];

    private static readonly string[] Symbols =
    [
        " ?[^\\s\\p{L}\\p{N}]+", " ?[^\\s\\p{L}\\p{N}]++", " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*", " ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+", " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*", " ?[\\p{P}\\p{S}]+[\\r\\n]*", "[\\p{P}\\p{S}]+", "\\p{P}|\\p{S}+",
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+", "[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+", "[:punct:]", "[[:punct:]]+", "[\\p{Pc}\\p{Pd}\\p{Sm}]+", "\\p{So}\\x{FE0F}?", "[\\$\\+<=>\\^~\\|`]+", "[^\\S\\n]?[^\\w\\s]+",
    ];

    private static readonly string[] Spaces =
    [
        "\\s*[\\r\\n]+", "\\s*[\\r\\n]", "[\\r\\n]", "\\r?\\n", "\\s*+[\\r\\n]++", "\\s+(?!\\S)", "\\s++(?!\\S)", "\\s+", "\\s++", "\\s", "\\s+(?=\\S)", "\\s+$", "\\h+", "[^\\S\\r\\n]+", "\\s{2,}(?!\\S)", "\\s+?(?=\\s\\S)", " {1,4}", "\\t+",
    ];

    private static readonly string[] Others = ["\\p{M}+", "[\\p{Cc}\\p{Cf}]", "\\p{C}+", ".", "(?s:.)", "[^\\r\\n]", "\\S", "(?<=\\d)\\p{L}", "(?=\\p{Lu})\\p{L}+", "\\p{Emoji}", "\\p{^L}", "\\P{L}{2}"];

    private static readonly string[] Pieces =
    [
        "don't", "WE'LL", "it’S", "I'm", "you'VE", "'s", "'ſ", "'", "HTTPServer", "camelCase", "snake_case", "ǅungla", "naïve", "Straße", "ΣΊΣΥΦΟΣ", "Привет", "שלום", "مرحبا", "हिन्दी", "ไทย", "日本語", "カタカナ", "ひらがな", "中文字符", "한국어", "一",
        "1234567", "42", "٣٤٥", "½", "²", "Ⅷ", "3.14", "x=y;", "{\"a\":1}", "//", "--", "...", "?!", "<|im_end|>", "[MASK]", "$", "€", "^~|`", "a_b", "🙂", "👩‍👩‍👧", "☺️", "🇩🇪", "K", "Å", "ﬁ", "İ", "ı", "ẞ", "ͅ", "e\u0301", "\u0301", "\u200D", "\u00AD", "\uFEFF", "\u0000", "\u001F", "\uE000", "\U000E0041",
        " ", " ", " ", "  ", "    ", "\t", "\n", "\r\n", "\r", "\n\n", " \n", "\n ", "\u00A0", "\u2003", "\u3000", "\u2028", "\u0085", "\v", "\f", "\u1680", "\u200B",
    ];

    /// <summary>A pattern of two to nine alternatives.</summary>
    public string Pattern()
    {
        var alternatives = new List<string>();
        if (random.Next(3) > 0) alternatives.Add(Pick(Contractions));
        for (var i = random.Next(3); i >= 0; i--) alternatives.Add(Pick(Leads) + Pick(Words) + (random.Next(6) == 0 ? $"(?:{Pick(Contractions)})?" : ""));
        if (random.Next(4) > 0) alternatives.Add((random.Next(4) == 0 ? Pick(Leads) : "") + Pick(Numbers));
        if (random.Next(4) > 0) alternatives.Add(Pick(Symbols));
        for (var i = random.Next(3); i > 0; i--) alternatives.Add(Pick(Spaces));
        if (random.Next(3) == 0) alternatives.Insert(random.Next(alternatives.Count + 1), Pick(Others));
        return string.Join('|', alternatives);
    }

    /// <summary>A text that such patterns cut.</summary>
    public string Text()
    {
        var text = new System.Text.StringBuilder();
        for (var i = random.Next(random.Next(4) == 0 ? 30 : 9); i >= 0; i--)
        {
            if (random.Next(5) > 0) text.Append(Pick(Pieces));
            else text.Append(char.ConvertFromUtf32(random.Next(3) switch { 0 => 0x20 + random.Next(0x60), 1 => random.Next(0xD800), _ => 0x10000 + random.Next(0x20000) }));
        }

        return text.ToString();
    }

    private string Pick(string[] items) => items[random.Next(items.Length)];
}
