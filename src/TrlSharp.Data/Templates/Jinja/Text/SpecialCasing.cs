namespace TrlSharp.Templates.Jinja.Text;

/// <summary>Characters whose upper or title case has several characters (Unicode's SpecialCasing.txt, unconditional part).</summary>
internal static class SpecialCasing
{
    private static readonly Dictionary<int, string> UpperMap = Build(
        "ß=SS ŉ=ʼN ǰ=J̌ ΐ=Ϊ́ ΰ=Ϋ́ և=ԵՒ ẖ=H̱ ẗ=T̈ ẘ=W̊ ẙ=Y̊ ẚ=Aʾ ὐ=Υ̓ ὒ=Υ̓̀ ὔ=Υ̓́ ὖ=Υ̓͂ ᾶ=Α͂ ῆ=Η͂ ῒ=Ϊ̀ ΐ=Ϊ́ ῖ=Ι͂ ῗ=Ϊ͂ ῢ=Ϋ̀ ΰ=Ϋ́ ῤ=Ρ̓ ῦ=Υ͂ ῧ=Ϋ͂ ῶ=Ω͂ "
        + "ﬀ=FF ﬁ=FI ﬂ=FL ﬃ=FFI ﬄ=FFL ﬅ=ST ﬆ=ST ﬓ=ՄՆ ﬔ=ՄԵ ﬕ=ՄԻ ﬖ=ՎՆ ﬗ=ՄԽ ᾲ=ᾺΙ ᾳ=ΑΙ ᾴ=ΆΙ ᾷ=Α͂Ι ῂ=ῊΙ ῃ=ΗΙ ῄ=ΉΙ ῇ=Η͂Ι ῲ=ῺΙ ῳ=ΩΙ ῴ=ΏΙ ῷ=Ω͂Ι ᾼ=ΑΙ ῌ=ΗΙ ῼ=ΩΙ");

    private static readonly Dictionary<int, string> TitleMap = Build(
        "ß=Ss ŉ=ʼN ǰ=J̌ ΐ=Ϊ́ ΰ=Ϋ́ և=Եւ ẖ=H̱ ẗ=T̈ ẘ=W̊ ẙ=Y̊ ẚ=Aʾ ὐ=Υ̓ ὒ=Υ̓̀ ὔ=Υ̓́ ὖ=Υ̓͂ ᾶ=Α͂ ῆ=Η͂ ῒ=Ϊ̀ ΐ=Ϊ́ ῖ=Ι͂ ῗ=Ϊ͂ ῢ=Ϋ̀ ΰ=Ϋ́ ῤ=Ρ̓ ῦ=Υ͂ ῧ=Ϋ͂ ῶ=Ω͂ "
        + "ﬀ=Ff ﬁ=Fi ﬂ=Fl ﬃ=Ffi ﬄ=Ffl ﬅ=St ﬆ=St ﬓ=Մն ﬔ=Մե ﬕ=Մի ﬖ=Վն ﬗ=Մխ ᾲ=Ὰͅ ᾴ=Άͅ ᾷ=ᾼ͂ ῂ=Ὴͅ ῄ=Ήͅ ῇ=ῌ͂ ῲ=Ὼͅ ῴ=Ώͅ ῷ=ῼ͂");

    private const int GreekIota = 0x1F80;

    public static string? Upper(int codePoint)
    {
        if (UpperMap.TryGetValue(codePoint, out var special)) return special;
        return WithIota(codePoint) is { } capital ? char.ToString((char)capital) + "Ι" : null;
    }

    public static string? Title(int codePoint)
    {
        if (TitleMap.TryGetValue(codePoint, out var special)) return special;
        return codePoint is >= GreekIota and <= 0x1FAF ? char.ToString((char)(codePoint | 8)) : codePoint switch { 0x1FB3 => "ᾼ", 0x1FC3 => "ῌ", 0x1FF3 => "ῼ", _ => null };
    }

    /// <summary>ᾀ..ᾯ: three rows of sixteen, capital letters without the iota at fixed places.</summary>
    private static int? WithIota(int codePoint) => codePoint switch
    {
        >= 0x1F80 and <= 0x1F8F => 0x1F08 + (codePoint & 7),
        >= 0x1F90 and <= 0x1F9F => 0x1F28 + (codePoint & 7),
        >= 0x1FA0 and <= 0x1FAF => 0x1F68 + (codePoint & 7),
        _ => null,
    };

    private static Dictionary<int, string> Build(string table)
    {
        var map = new Dictionary<int, string>();
        foreach (var entry in table.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = entry.IndexOf('=', StringComparison.Ordinal);
            map[char.ConvertToUtf32(entry, 0)] = entry[(at + 1)..]
                .Replace("\u03AA", "\u0399\u0308", StringComparison.Ordinal).Replace("\u03AB", "\u03A5\u0308", StringComparison.Ordinal) // editors compose what Unicode keeps apart
                .Replace("\u1FBC\u0342", "\u0391\u0342\u0345", StringComparison.Ordinal).Replace("\u1FCC\u0342", "\u0397\u0342\u0345", StringComparison.Ordinal)
                .Replace("\u1FFC\u0342", "\u03A9\u0342\u0345", StringComparison.Ordinal);
        }

        return map;
    }
}
