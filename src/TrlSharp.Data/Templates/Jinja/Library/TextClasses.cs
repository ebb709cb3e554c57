using System.Globalization;
using System.Text;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>The predicates of <c>str</c>.</summary>
internal static class TextClasses
{
    /// <summary>Chinese characters for numbers, which .NET gives no value.</summary>
    private const string Numerals = "㐅㒃㠪㭍一七万三九二五亖亿什仟仨伍佰億兆兩八六十千卄卅卌叁参參叄四壱壹幺廾廿弌弍弎弐拾捌柒漆玖百肆萬貮貳贰阡陆陌陸零";

    public static bool IsAlphabetic(Rune rune) => Rune.IsLetter(rune);

    public static bool IsAlphanumeric(Rune rune) => Rune.IsLetter(rune) || IsNumeric(rune);

    public static bool IsDecimal(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber;

    public static bool IsDigit(Rune rune) => IsDecimal(rune) || CharUnicodeInfo.GetDigitValue(rune.ToString(), 0) >= 0;

    public static bool IsNumeric(Rune rune) => CharUnicodeInfo.GetNumericValue(rune.ToString(), 0) is not -1 || (rune.Value >= Numerals[0] && rune.IsBmp && Numerals.Contains((char)rune.Value, StringComparison.Ordinal));

    public static bool IsLower(string text) => text.EnumerateRunes().Any(PythonText.IsLower) && !text.EnumerateRunes().Any(r => PythonText.IsUpper(r) || IsTitleLetter(r));

    public static bool IsUpper(string text) => text.EnumerateRunes().Any(PythonText.IsUpper) && !text.EnumerateRunes().Any(r => PythonText.IsLower(r) || IsTitleLetter(r));

    public static bool IsTitle(string text)
    {
        var (cased, previous) = (false, false);
        foreach (var rune in text.EnumerateRunes())
        {
            if (PythonText.IsUpper(rune) || IsTitleLetter(rune))
            {
                if (previous) return false;
                (cased, previous) = (true, true);
            }
            else if (PythonText.IsLower(rune))
            {
                if (!previous) return false;
                cased = true;
            }
            else previous = false;
        }

        return cased;
    }

    public static bool IsIdentifier(string text)
    {
        var first = true;
        foreach (var rune in text.EnumerateRunes())
        {
            var starts = Starts(rune);
            if (!starts && (first || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation) && !(rune.Value is 0xB7 or 0x387 or (>= 0x1369 and <= 0x1371) or 0x19DA or 0xE33 or 0xEB3 or 0xFF9E or 0xFF9F)))
                return false;
            first = false;
        }

        return !first;
    }

    /// <summary>XID_Start: letters, but for those that change under NFKC.</summary>
    private static bool Starts(Rune rune) => (Rune.IsLetter(rune) || rune.Value == '_' || Rune.GetUnicodeCategory(rune) == UnicodeCategory.LetterNumber || rune.Value is 0x1885 or 0x1886 or 0x2118 or 0x212E)
        && !(rune.Value is 0x37A or 0xE33 or 0xEB3 or 0x2E2F or (>= 0xFC5E and <= 0xFC63) or 0xFDFA or 0xFDFB or 0xFE70 or 0xFE72 or 0xFE74 or 0xFE76 or 0xFE78 or 0xFE7A or 0xFE7C or 0xFE7E or 0xFF9E or 0xFF9F);

    private static bool IsTitleLetter(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.TitlecaseLetter;
}
