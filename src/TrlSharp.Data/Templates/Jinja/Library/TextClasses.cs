using System.Globalization;
using System.Text;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>The predicates of <c>str</c>.</summary>
internal static class TextClasses
{
    public static bool IsAlphabetic(Rune rune) => Rune.IsLetter(rune);

    public static bool IsAlphanumeric(Rune rune) => Rune.IsLetter(rune) || IsNumeric(rune);

    public static bool IsDecimal(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber;

    public static bool IsDigit(Rune rune) => IsDecimal(rune) || CharUnicodeInfo.GetDigitValue(rune.ToString(), 0) >= 0;

    public static bool IsNumeric(Rune rune) => CharUnicodeInfo.GetNumericValue(rune.ToString(), 0) is not -1;

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
            var starts = Rune.IsLetter(rune) || rune.Value == '_' || Rune.GetUnicodeCategory(rune) == UnicodeCategory.LetterNumber;
            if (!starts && (first || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation)))
                return false;
            first = false;
        }

        return !first;
    }

    private static bool IsTitleLetter(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.TitlecaseLetter;
}
