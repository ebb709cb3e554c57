using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Python's <c>html.unescape</c>: the rules of HTML 5, with the names of HTML 4.</summary>
internal static partial class HtmlEntities
{
    /// <summary>What the numbers 0x80 to 0x9F mean: windows-1252, as browsers read them.</summary>
    private const string Windows = "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";

    public static string Resolve(string text) => text.Contains('&', StringComparison.Ordinal) ? Reference.Replace(text, found => Value(found.Groups[1].Value)) : text;

    private static string Value(string name) => name[0] == '#' ? Numbered(name[1..].TrimEnd(';')) : Named(name);

    private static string Numbered(string number)
    {
        var hexadecimal = number[0] is 'x' or 'X';
        var digits = (hexadecimal ? number[1..] : number).TrimStart('0');
        const int MostDigits = 8;
        if (digits.Length > MostDigits) return "\uFFFD";
        var code = digits.Length == 0 ? 0 : int.Parse(digits, hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture);
        if (code is >= 0x80 and <= 0x9F) return Windows.Substring(code - 0x80, 1);
        if (code is 0 || !Rune.IsValid(code)) return "\uFFFD";
        var isControl = code is (>= 1 and <= 8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F;
        var isNoCharacter = code is >= 0xFDD0 and <= 0xFDEF || (code & 0xFFFE) == 0xFFFE;
        return isControl || isNoCharacter ? "" : new Rune(code).ToString();
    }

    /// <summary>With its semicolon, any name; without one, the oldest names, even where other letters follow.</summary>
    private static string Named(string name)
    {
        if (name.EndsWith(';') && Known(name[..^1]) is { } whole) return whole;
        for (var length = name.Length; length > 1; length--)
            if (Known(name[..length]) is { } old && (old[0] is >= '\u00A0' and <= '\u00FF' or '&' or '<' or '>' or '"') && !name[..length].EndsWith(';')) return old + name[length..];
        return "&" + name;
    }

    private static string? Known(string name) => name switch
    {
        "AMP" => "&",
        "LT" => "<",
        "GT" => ">",
        "QUOT" => "\"",
        "COPY" => "\u00A9",
        "REG" => "\u00AE",
        _ when name.Length > 0 && char.IsAsciiLetter(name[0]) && WebUtility.HtmlDecode($"&{name};") is var text && text[0] != '&' | name == "amp" => text,
        _ => null,
    };

    [GeneratedRegex("&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)", RegexOptions.CultureInvariant)]
    private static partial Regex Reference { get; }
}
