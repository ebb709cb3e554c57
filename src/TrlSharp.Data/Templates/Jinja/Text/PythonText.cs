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

    /// <summary>Full upper-case mapping: one character may become several.</summary>
    public static string Upper(Rune rune) => SpecialCasing.Upper(rune.Value) ?? Rune.ToUpperInvariant(rune).ToString();

    /// <summary>Full title-case mapping of one character.</summary>
    public static string Title(Rune rune) => SpecialCasing.Title(rune.Value) ?? SimpleTitle(rune).ToString();

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
        var before = at - 1;
        while (before >= from && IsCaseIgnorable(text[before])) before--;
        if (before < from || !IsCased(text[before])) return false;
        var after = at + 1;
        while (after < text.Length && IsCaseIgnorable(text[after])) after++;
        return after >= text.Length || !IsCased(text[after]);
    }

    public static bool IsCased(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        || c is >= '\u2160' and <= '\u217F' or >= '\u24B6' and <= '\u24E9' or '\u00AA' or '\u00BA' or >= '\u02B0' and <= '\u02B8' or >= '\u02C0' and <= '\u02C1' or >= '\u02E0' and <= '\u02E4';

    public static bool IsUpper(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.UppercaseLetter || rune.Value is (>= 0x2160 and <= 0x216F) or (>= 0x24B6 and <= 0x24CF);

    public static bool IsLower(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.LowercaseLetter
        || rune.Value is (>= 0x2170 and <= 0x217F) or (>= 0x24D0 and <= 0x24E9) or 0xAA or 0xBA or (>= 0x2B0 and <= 0x2B8) or 0x2C0 or 0x2C1 or (>= 0x2E0 and <= 0x2E4);

    /// <summary>What <c>repr</c> prints as it is.</summary>
    public static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    private static bool IsCaseIgnorable(char c) => c is '\'' or '.' or ':' or '^' or '`' or '\u00A8' or '\u00AD' or '\u00AF' or '\u00B4' or '\u00B7' or '\u00B8' or '\u2018' or '\u2019' or '\u2024' or '\u2027'
        || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;

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
