using System.Globalization;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>A format specification taken apart: <c>[[fill]align][sign][z][#][0][width][grouping][.precision][type]</c>. Read by hand, since loops ask for thousands.</summary>
/// <param name="Fill">The filling character; null where none is given.</param>
/// <param name="Align">One of <c>&lt; &gt; = ^</c>; 0 for none.</param>
/// <param name="Sign">One of <c>- + space</c>; 0 for none.</param>
/// <param name="NoNegativeZero">The <c>z</c>: a number that is rounded to zero has no minus sign.</param>
/// <param name="Alternate">The <c>#</c>.</param>
/// <param name="Zero">The <c>0</c> before the width.</param>
/// <param name="Width">Or null.</param>
/// <param name="Grouping">A comma or an underscore, or empty.</param>
/// <param name="Precision">Or null.</param>
/// <param name="Type">One letter or <c>%</c>, or empty.</param>
internal readonly record struct FormatPattern(string? Fill, char Align, char Sign, bool NoNegativeZero, bool Alternate, bool Zero, int? Width, string Grouping, int? Precision, string Type)
{
    /// <summary>Null where it is none.</summary>
    public static FormatPattern? Parse(string text)
    {
        var at = 0;
        string? fill = null;
        var align = '\0';
        var filling = text.Length > 1 && char.IsSurrogatePair(text[0], text[1]) ? 2 : 1;
        if (text.Length > filling && IsAlign(text[filling])) (fill, align, at) = (text[..filling], text[filling], filling + 1);
        else if (text.Length > 0 && IsAlign(text[0])) (align, at) = (text[0], 1);
        var sign = at < text.Length && text[at] is '-' or '+' or ' ' ? text[at++] : '\0';
        var noNegativeZero = Skip(text, ref at, 'z');
        var alternate = Skip(text, ref at, '#');
        var zero = Skip(text, ref at, '0');
        var width = Digits(text, ref at);
        var grouping = Skip(text, ref at, ',') ? "," : Skip(text, ref at, '_') ? "_" : "";
        var precision = "";
        if (Skip(text, ref at, '.') && (precision = Digits(text, ref at)).Length == 0) return null;
        var type = at < text.Length && "bcdeEfFgGnosxX%".Contains(text[at], StringComparison.Ordinal) ? text[at++..at] : "";
        return at == text.Length ? new(fill, align, sign, noNegativeZero, alternate, zero, Size(width), grouping, Size(precision), type) : null;
    }

    private static bool IsAlign(char c) => c is '<' or '>' or '=' or '^';

    private static bool Skip(string text, ref int at, char c)
    {
        if (at >= text.Length || text[at] != c) return false;
        at++;
        return true;
    }

    private static string Digits(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        return text[start..at];
    }

    private static int? Size(string digits) => digits.Length == 0 ? null
        : int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : throw EvaluationException.Budget("width or precision too big");
}
