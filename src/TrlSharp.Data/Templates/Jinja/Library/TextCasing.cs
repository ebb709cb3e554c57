using System.Text;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Python's full case mappings.</summary>
internal static class TextCasing
{
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
        0x345 => "ι",
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
