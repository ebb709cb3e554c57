using System.Globalization;
using System.Text;

namespace TrlSharp.Templates.Jinja.Text;

/// <summary>Character classes and case mappings of Python's <c>str</c> where .NET's differ.</summary>
internal static class PythonText
{
    /// <summary><c>str.isspace</c>: .NET's white space and the four separators U+001C..U+001F.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F';

    /// <summary>Where <c>str.splitlines</c> breaks.</summary>
    public static bool IsLineBreak(char c) => c is '\n' or '\r' or '\v' or '\f' or '\u0085' or '\u2028' or '\u2029' or (>= '\u001C' and <= '\u001E');

    /// <summary>A text so many times, copied in ever larger pieces.</summary>
    public static string Repeat(string text, int count) => string.Create(text.Length * count, text, (all, unit) =>
    {
        if (all.IsEmpty) return;
        unit.CopyTo(all);
        for (var filled = unit.Length; filled < all.Length; filled *= 2) all[..Math.Min(filled, all.Length - filled)].CopyTo(all[filled..]);
    });

    /// <summary>ı, which .NET has the Turks keep for themselves.</summary>
    private const int DotlessI = 0x131;

    /// <summary>Full upper-case mapping: one character may become several.</summary>
    public static string Upper(Rune rune) => rune.Value == DotlessI ? "I" : SpecialCasing.Upper(rune.Value) ?? Rune.ToUpperInvariant(rune).ToString();

    /// <summary>Full title-case mapping of one character.</summary>
    public static string Title(Rune rune) => rune.Value == DotlessI ? "I" : SpecialCasing.Title(rune.Value) ?? SimpleTitle(rune).ToString();

    /// <summary>Full lower-case mapping; <paramref name="finalSigma"/>: whether Σ ends a word here.</summary>
    public static string Lower(Rune rune, bool finalSigma = false) => rune.Value switch
    {
        0x130 => "i̇",
        0x3A3 when finalSigma => "ς",
        _ => Rune.ToLowerInvariant(rune).ToString(),
    };

    /// <summary>Whether Σ at <paramref name="at"/> ends a word: a cased letter before and none after, ignoring what Unicode calls case-ignorable.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where Σ is.</param>
    /// <param name="from">What stands before is not looked at.</param>
    public static bool IsFinalSigma(string text, int at, int from = 0)
    {
        var before = at;
        Rune rune = default;
        while (before > from && Rune.DecodeLastFromUtf16(text.AsSpan(from, before - from), out rune, out var width) is var _ && Passed(ref before, -width, rune)) { }
        if (before <= from && (at <= from || IsCaseIgnorable(rune))) return false;
        if (!IsCased(rune)) return false;
        var after = at + 1;
        rune = default;
        while (after < text.Length && Rune.DecodeFromUtf16(text.AsSpan(after), out rune, out var width) is var _ && Passed(ref after, width, rune)) { }
        return after >= text.Length || !IsCased(rune);
    }

    /// <summary>Goes on over what is case-ignorable.</summary>
    private static bool Passed(ref int at, int width, Rune rune)
    {
        if (!IsCaseIgnorable(rune)) return false;
        at += width;
        return true;
    }

    private static bool IsCased(Rune rune) => IsUpper(rune) || IsLower(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.TitlecaseLetter;

    public static bool IsUpper(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.UppercaseLetter
        || rune.Value is (>= 0x2160 and <= 0x216F) or (>= 0x24B6 and <= 0x24CF) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);

    /// <summary>Lower-case letters, and what else Unicode counts as lower case (Other_Lowercase).</summary>
    public static bool IsLower(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.LowercaseLetter || (rune.Value >= 0xAA && rune.Value is 0xAA or 0xBA or (>= 0x2B0 and <= 0x2B8)
        or 0x2C0 or 0x2C1 or (>= 0x2E0 and <= 0x2E4) or 0x345 or 0x37A or (>= 0x1D2C and <= 0x1D6A) or 0x1D78 or (>= 0x1D9B and <= 0x1DBF) or 0x2071 or 0x207F or (>= 0x2090 and <= 0x209C)
        or (>= 0x2170 and <= 0x217F) or (>= 0x24D0 and <= 0x24E9) or 0x2C7C or 0x2C7D or 0xA69C or 0xA69D or 0xA770 or 0xA7F8 or 0xA7F9 or (>= 0xAB5C and <= 0xAB5F)
        or 0x10780 or (>= 0x10783 and <= 0x10785) or (>= 0x10787 and <= 0x107B0) or (>= 0x107B2 and <= 0x107BA));

    /// <summary>What <c>repr</c> prints as it is.</summary>
    public static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    private static bool IsCaseIgnorable(Rune rune) => rune.Value is '\'' or '.' or ':' or '^' or '`' or 0xA8 or 0xAD or 0xAF or 0xB4 or 0xB7 or 0xB8 or 0x387 or 0x55F or 0x5F4 or 0x2018 or 0x2019 or 0x2024
        or 0x2027 or 0xFE13 or 0xFE52 or 0xFE55 or 0xFF07 or 0xFF0E or 0xFF1A
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;

    private static Rune SimpleTitle(Rune rune) => rune.Value switch
    {
        0x1C4 or 0x1C5 or 0x1C6 => new(0x1C5),
        0x1C7 or 0x1C8 or 0x1C9 => new(0x1C8),
        0x1CA or 0x1CB or 0x1CC => new(0x1CB),
        0x1F1 or 0x1F2 or 0x1F3 => new(0x1F2),
        (>= 0x10D0 and <= 0x10FA) or (>= 0x10FD and <= 0x10FF) => rune, // Georgian has no title case
        _ => Rune.ToUpperInvariant(rune),
    };
}
