using System.Globalization;
using System.Text;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>How Python's <c>repr</c> writes one character of a string.</summary>
internal static class ReprEscape
{
    /// <summary>Python's <c>ascii</c> of a <c>repr</c>: what lies beyond ASCII is escaped too.</summary>
    public static TextValue Ascii(TextValue repr) => repr.Map((rune, _) => rune.IsAscii ? rune.ToString() : Numbered(rune));

    public static string Of(Rune rune, char quote) => rune.Value switch
    {
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ when rune.Value == quote => "\\" + quote,
        _ when PythonText.IsPrintable(rune) => rune.ToString(),
        _ => Numbered(rune),
    };

    private static string Numbered(Rune rune) => rune.Value switch
    {
        < 0x100 => "\\x" + rune.Value.ToString("x2", CultureInfo.InvariantCulture),
        < 0x10000 => "\\u" + rune.Value.ToString("x4", CultureInfo.InvariantCulture),
        _ => "\\U" + rune.Value.ToString("x8", CultureInfo.InvariantCulture),
    };
}
