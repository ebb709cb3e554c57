using System.Text;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Python's full case mappings.</summary>
internal static class TextCasing
{
    /// <summary>Other forms of letters, and the letters that they fold to.</summary>
    private const string Variants = "ϐϑϕϖϰϱϵ\u1C80\u1C81\u1C82\u1C83\u1C84\u1C85\u1C86\u1C87\u1C88";

    private const string Folded = "βθφπκρεвдосттъѣ\uA64B";

    public static TextValue Upper(TextValue text) => text.Map((rune, _) => PythonText.Upper(rune));

    public static TextValue Lower(TextValue text) => text.Map((rune, at) => LowerAt(text.Text, rune, at));

    /// <summary>Case folding, as far as it differs from lower case: the letters that fold to several.</summary>
    public static TextValue Fold(TextValue text) => text.Map((rune, _) => rune.Value switch
    {
        0xDF or 0x1E9E => "ss",
        0x3C2 => "σ",
        0x17F => "s",
        0x1E9B => "ṡ",
        0xB5 => "μ",
        0x345 or 0x1FBE => "ι",
        0x131 => "ı",
        >= 0x13A0 and <= 0x13F5 => rune.ToString(), // Cherokee folds to capitals
        >= 0x13F8 and <= 0x13FD => char.ToString((char)(rune.Value - 8)),
        >= 0xAB70 and <= 0xABBF => char.ToString((char)(rune.Value - 0xAB70 + 0x13A0)),
        _ when Variants.IndexOf((char)rune.Value, StringComparison.Ordinal) is >= 0 and var at && rune.IsBmp => Folded.Substring(at, 1),
        _ => SpecialCasing.Upper(rune.Value) is { } upper ? upper.ToLowerInvariant() : PythonText.Lower(rune),
    });

    public static TextValue Capitalize(TextValue text) => text.Map((rune, at) => at == 0 ? PythonText.Title(rune) : LowerAt(text.Text, rune, at));

    public static TextValue Swap(TextValue text) => text.Map((rune, at) =>
        PythonText.IsUpper(rune) ? LowerAt(text.Text, rune, at) : PythonText.IsLower(rune) ? PythonText.Upper(rune) : rune.ToString());

    /// <summary><c>str.title</c>: a letter after a character without case is a title letter.</summary>
    public static TextValue Title(TextValue text)
    {
        var afterCased = false;
        return text.Map((rune, at) =>
        {
            var mapped = afterCased ? LowerAt(text.Text, rune, at) : PythonText.Title(rune);
            afterCased = PythonText.IsUpper(rune) || PythonText.IsLower(rune) || Rune.GetUnicodeCategory(rune) == System.Globalization.UnicodeCategory.TitlecaseLetter;
            return mapped;
        });
    }

    private static string LowerAt(string text, Rune rune, int at) => PythonText.Lower(rune, rune.Value == 0x3A3 && PythonText.IsFinalSigma(text, at));
}
