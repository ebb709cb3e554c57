namespace TrlSharp.Data.Tests.Tokenization;

/// <summary>Texts over all planes with the kinds of runs that pre-tokenizers and normalizers care about.</summary>
internal static class GeneratedTexts
{
    private static readonly string[] Words =
        ["don't", "WE'LL", "it's", "HTTPServer", "camelCase", "Straße", "Привет", "हिन्दी", "中文字符", "한국어", "1234567", "½²", "x=y;", "<|im_end|>", "'ſ", "İ", "a\u0301\u0316", "\u1112\u1161\u11ab"];

    private static readonly (int First, int Last)[] Planes =
        [(0, 0x7F), (0x80, 0x24F), (0x250, 0x2FFF), (0x3000, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x1FFFF), (0x20000, 0x10FFFF), (0x300, 0x36F)];

    private static readonly char[] Runs = [' ', '\n', '\r', '\t', 'a', 'A', '=', '/', '\'', '中', '\u00A0', '\u0301'];

    public static IEnumerable<string> Take(int count, ulong seed)
    {
        var random = new SeededRandom(seed);
        for (var i = 0; i < count; i++) yield return string.Concat(Enumerable.Range(0, 1 + random.Next(12)).Select(_ => Part(random)));
    }

    private static string Part(SeededRandom random) => random.Next(4) switch
    {
        0 => Words[random.Next(Words.Length)],
        1 => new string(Runs[random.Next(Runs.Length)], 1 + random.Next(6)),
        _ => Character(random, Planes[random.Next(Planes.Length)]),
    };

    private static string Character(SeededRandom random, (int First, int Last) range)
    {
        var codePoint = range.First + random.Next(range.Last - range.First + 1);
        return codePoint is >= 0xD800 and <= 0xDFFF ? "x" : char.ConvertFromUtf32(codePoint);
    }
}
