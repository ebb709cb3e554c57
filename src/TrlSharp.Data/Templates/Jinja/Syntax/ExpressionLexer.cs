using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Syntax;

/// <summary>Tokens inside a tag.</summary>
internal static partial class ExpressionLexer
{
    private static readonly string[] Operators =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    /// <summary>The token at a place that is not white space, and its length in the source; null when none begins there.</summary>
    public static (Token Token, int Length)? Read(string source, int at, int line)
    {
        var c = source[at];
        if (c is '\'' or '"') return ReadText(source, at, line);
        if (char.IsAsciiDigit(c)) GuardNumber(source, at, line);
        if (char.IsDigit(c) && (at == 0 || source[at - 1] != '.') && FloatPattern.Match(source, at) is { Success: true, Length: var floatLength })
        {
            if (source.AsSpan(at, floatLength).IndexOfAnyExceptInRange('\0', '\u007F') >= 0) throw new TemplateException(TemplateFault.Syntax, line, "a real number in digits other than 0 to 9");
            return (new(TokenKind.Float, Number(source, at, floatLength), line), floatLength);
        }

        if (char.IsAsciiDigit(c) && IntegerPattern.Match(source, at) is { Success: true, Length: var integerLength })
            return (new(TokenKind.Integer, Number(source, at, integerLength), line), integerLength);
        if (NamePattern.Match(source, at) is { Success: true, Length: var nameLength })
        {
            var name = source.Substring(at, nameLength);
            if (!char.IsLetter(name[0]) && name[0] != '_' && char.GetUnicodeCategory(name[0]) != UnicodeCategory.LetterNumber) throw new TemplateException(TemplateFault.Syntax, line, $"'{name}' is not a name");
            return (new(TokenKind.Name, string.Intern(name), line), nameLength);
        }

        foreach (var operation in Operators)
            if (string.CompareOrdinal(source, at, operation, 0, operation.Length) == 0) return (new(TokenKind.Operator, operation, line), operation.Length);
        return null;
    }

    private static string Number(string source, int at, int length) => PythonNumbers.AsciiDigits(source.Substring(at, length).Replace("_", "", StringComparison.Ordinal));

    /// <summary>Python reads no integer of more decimal digits either: it would take time that grows with their square.</summary>
    private static void GuardNumber(string source, int at, int line)
    {
        const int MaxDigits = 4300;
        var end = at;
        while (end < source.Length && end - at <= MaxDigits && (char.IsAsciiHexDigit(source[end]) || source[end] == '_')) end++;
        if (end - at > MaxDigits) throw new TemplateException(TemplateFault.Syntax, line, $"a number of more than {MaxDigits} digits");
    }

    private static (Token Token, int Length)? ReadText(string source, int at, int line)
    {
        var end = at + 1;
        while (end < source.Length && source[end] != source[at]) end += source[end] == '\\' ? 2 : 1;
        if (end >= source.Length) return null;
        return (new(TokenKind.Text, Unescape(source.AsSpan(at + 1, end - at - 1), line), line), end + 1 - at);
    }

    /// <summary>Python's unicode-escape: an unknown escape stays as it is.</summary>
    private static string Unescape(ReadOnlySpan<char> raw, int line)
    {
        if (raw.IndexOf('\\') < 0) return raw.ToString();
        var text = new StringBuilder();
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            i++;
            var simple = raw[i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'a' => '\a', 'b' => '\b', 'f' => '\f', 'v' => '\v', '\\' or '\'' or '"' => raw[i], _ => '\uFFFF' };
            if (simple != '\uFFFF') text.Append(simple);
            else if (raw[i] == '\n') continue;
            else if (raw[i] is >= '0' and <= '7') i += Octal(raw[i..], text) - 1;
            else if (raw[i] is 'x' or 'u' or 'U') i += Hexadecimal(raw[i..], text, line);
            else if (raw[i] == 'N') throw new TemplateException(TemplateFault.Unsupported, line, "named characters (\\N{…}) are not supported; write \\u and the number");
            else if (char.IsAscii(raw[i])) text.Append('\\').Append(raw[i]);
            else i += Beyond(raw[i..], text) - 1;
        }

        return text.ToString();
    }

    /// <summary>A backslash before a character that is not ASCII: Jinja2 has written that one as an escape by then, whose backslash is now escaped.</summary>
    private static int Beyond(ReadOnlySpan<char> rest, StringBuilder text)
    {
        var wide = rest.Length > 1 && char.IsSurrogatePair(rest[0], rest[1]);
        var code = wide ? char.ConvertToUtf32(rest[0], rest[1]) : rest[0];
        text.Append('\\').Append(code < 0x100 ? "x" : wide ? "U" : "u").Append(code.ToString(code < 0x100 ? "x2" : wide ? "x8" : "x4", CultureInfo.InvariantCulture));
        return wide ? 2 : 1;
    }

    private static int Octal(ReadOnlySpan<char> digits, StringBuilder text)
    {
        var (value, count) = (0, 0);
        while (count < 3 && count < digits.Length && digits[count] is >= '0' and <= '7') value = (value * 8) + (digits[count++] - '0');
        text.Append((char)value);
        return count;
    }

    private static int Hexadecimal(ReadOnlySpan<char> escape, StringBuilder text, int line)
    {
        var count = escape[0] switch { 'x' => 2, 'u' => 4, _ => 8 };
        if (escape.Length <= count || !uint.TryParse(escape.Slice(1, count), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || value > 0x10FFFF)
            throw new TemplateException(TemplateFault.Syntax, line, $"'\\{escape[0]}' must be followed by {count} hexadecimal digits");
        if (value < 0x10000) text.Append((char)value);
        else text.Append(char.ConvertFromUtf32((int)value));
        return count;
    }

    [GeneratedRegex(@"\G(\d+_)*\d+((\.(\d+_)*\d+)?e[+\-]?(\d+_)*\d+|\.(\d+_)*\d+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FloatPattern { get; }

    [GeneratedRegex(@"\G(0b(_?[0-1])+|0o(_?[0-7])+|0x(_?[0-9a-f])+|[1-9](_?\d)*|0(_?0)*)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex IntegerPattern { get; }

    [GeneratedRegex(@"\G[\p{L}\p{Nd}\p{Nl}\p{Mn}\p{Mc}_]+", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern { get; }
}
