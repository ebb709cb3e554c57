using System.Numerics;
using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Python's format specification mini-language: <c>[[fill]align][sign][z][#][0][width][grouping][.precision][type]</c>.</summary>
internal static class FormatSpecification
{
    public static TextValue Format(RenderState state, Value value, string specification)
    {
        if (specification.Length == 0) return state.Text(value);
        if (FormatPattern.Parse(specification) is not { } spec) throw EvaluationException.Runtime($"Invalid format specifier '{specification}' for object of type '{value.TypeName}'");
        var type = spec.Type;
        var isText = value is TextValue;
        if (value is not (TextValue or IntegerValue or FloatValue or BooleanValue)) throw EvaluationException.Runtime($"unsupported format string passed to {value.TypeName}.__format__");
        if (isText && (type is not ("" or "s") || spec.Sign != 0 || spec.NoNegativeZero || spec.Alternate || spec.Grouping.Length > 0)) throw EvaluationException.Runtime($"Unknown format code '{type}' for object of type 'str'");
        var width = spec.Width ?? 0;
        state.Charge(width);
        var zero = spec.Zero && spec.Align == 0;
        var align = spec.Align != 0 ? spec.Align : zero && !isText ? '=' : isText ? '<' : '>';
        var fill = spec.Fill ?? (spec.Zero ? "0" : " ");
        if (isText)
        {
            if (align == '=') throw EvaluationException.Runtime("'=' alignment not allowed in string format specifier");
            var text = (TextValue)value;
            if (spec.Precision is { } limit && text.Length > limit) text = text.Slice(0, CodePoints.ToUnit(text.Text, limit));
            return Align(state, text, width, fill, align);
        }

        state.Charge(value.Weight * 4);
        var (sign, digits) = Number(value, type, spec);
        if (align == '=' && fill == "0" && spec.Grouping.Length > 0) digits = Widened(digits, width - sign.Length, spec);
        else if (align == '=' && sign.Length + digits.Length < width) digits = PythonText.Repeat(fill, width - sign.Length - digits.Length) + digits;
        var here = value.Source is { } source ? new RenderedSpan(0, 0, source, 0, 0, false, state.Owner, false) : state.Run;
        return Align(state, TextValue.Of(sign + digits, here), width, fill, align);
    }

    private static TextValue Align(RenderState state, TextValue text, int width, string fill, char align)
    {
        if (align == '^')
        {
            // Unlike str.center, an odd filling character goes right.
            var missing = Math.Max(0, width - text.Length);
            text = TextPadding.Pad(state, text, text.Length + (missing / 2), fill, TextPadding.Side.Left);
            return TextPadding.Pad(state, text, width, fill, TextPadding.Side.Right);
        }

        return TextPadding.Pad(state, text, width, fill, align == '<' ? TextPadding.Side.Right : TextPadding.Side.Left);
    }

    private static (string Sign, string Digits) Number(Value value, string type, in FormatPattern spec)
    {
        var precision = PythonNumbers.Precision(spec.Precision);
        var grouping = spec.Grouping;
        string digits;
        bool negative;
        if ((type.Length == 0 && value is not FloatValue) || type is "d" or "b" or "o" or "x" or "X" or "c" || (type == "n" && value is not FloatValue))
        {
            if (Numbers.AsInteger(value) is not { } whole) throw EvaluationException.Runtime($"Unknown format code '{type}' for object of type 'float'");
            if (spec.NoNegativeZero) throw EvaluationException.Runtime("Negative zero coercion (z) not allowed in format specifier with integer format code");
            if (type == "c" && (spec.Sign != 0 || spec.Alternate || whole.Sign < 0)) throw EvaluationException.Runtime("%c arg not in range(0x110000), or a sign or # before c");
            if (grouping.Length > 0 && type is not ("" or "d") && (grouping == "," || type is "c" or "n")) throw EvaluationException.Runtime($"Cannot specify '{grouping}' with '{type}'.");
            if (precision is not null) throw EvaluationException.Runtime("Precision not allowed in integer format specifier");
            negative = whole.Sign < 0;
            digits = Integer(BigInteger.Abs(whole), type, spec.Alternate, grouping);
        }
        else
        {
            if (grouping.Length > 0 && type == "n") throw EvaluationException.Runtime($"Cannot specify '{grouping}' with 'n'.");
            var real = Numbers.AsDouble(value)!.Value;
            negative = double.IsNegative(real) && !double.IsNaN(real);
            digits = Real(Math.Abs(real), type, precision, spec.Alternate, grouping);
            if (spec.NoNegativeZero && digits.AsSpan(0, digits.AsSpan().IndexOfAny("eE%") is >= 0 and var mantissa ? mantissa : digits.Length).IndexOfAnyExcept("0.,_") < 0) negative = false;
        }

        return (negative ? "-" : spec.Sign is '+' ? "+" : spec.Sign is ' ' ? " " : "", digits);
    }

    private static string Integer(BigInteger value, string type, bool alternate, string grouping) => type switch
    {
        "b" => (alternate ? "0b" : "") + Group(PythonNumbers.Radix(value, 1), grouping, 4),
        "o" => (alternate ? "0o" : "") + Group(PythonNumbers.Radix(value, 3), grouping, 4),
        "x" => (alternate ? "0x" : "") + Group(PythonNumbers.Radix(value, 4), grouping, 4),
        "X" => (alternate ? "0X" : "") + Group(PythonNumbers.Radix(value, 4).ToUpperInvariant(), grouping, 4),
        "c" => value < 0x110000 && System.Text.Rune.IsValid((int)value) ? new System.Text.Rune((int)value).ToString() : throw EvaluationException.Runtime("%c arg not in range(0x110000)"),
        _ => Group(IntegerValue.Digits(value), grouping),
    };

    private static string Real(double value, string type, int? precision, bool alternate, string grouping)
    {
        if (type == "%") value *= 100;
        if (!double.IsFinite(value)) return (double.IsNaN(value), type is "E" or "F" or "G") switch { (true, false) => "nan", (true, true) => "NAN", (false, false) => "inf", _ => "INF" } + (type == "%" ? "%" : "");
        var digits = precision ?? 6;
        var text = type switch
        {
            "f" or "F" => PythonNumbers.Fixed(value, digits),
            "e" or "E" => PythonNumbers.Scientific(value, digits),
            "g" or "G" or "n" => PythonNumbers.General(value, digits, alternate),
            "%" => PythonNumbers.Fixed(value, digits) + "%",
            "" when precision is null => FloatValue.Repr(value),
            "" => Plain(value, digits, alternate),
            _ => throw EvaluationException.Runtime($"Unknown format code '{type}' for object of type 'float'"),
        };
        if (alternate) text = PythonNumbers.Pointed(text);
        if (type.Length > 0 && char.IsUpper(type[0])) text = text.ToUpperInvariant();
        var end = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? Group(text, grouping) : Group(text[..end], grouping) + text[end..];
    }

    /// <summary>Without a type but with a precision: as <c>g</c>, with a digit behind the point or else an exponent.</summary>
    private static string Plain(double value, int digits, bool alternate)
    {
        var general = PythonNumbers.General(value, digits, alternate);
        var point = general.AsSpan().IndexOfAny('.', 'e');
        if (point >= 0 && !(alternate && point == general.Length - 1)) return general;
        var whole = point < 0 ? general : general[..point];
        if (whole.Length < digits) return whole + ".0";
        var scientific = PythonNumbers.Scientific(value, Math.Max(digits, 1) - 1);
        var at = scientific.IndexOf('e', StringComparison.Ordinal);
        return alternate || !scientific.AsSpan(0, at).Contains('.') ? scientific : scientific[..at].TrimEnd('0').TrimEnd('.') + scientific[at..];
    }

    /// <summary>Zeros before the digits until the whole is as wide as asked for, grouped as the digits are; a group never begins with its separator.</summary>
    private static string Widened(string digits, int width, in FormatPattern spec)
    {
        var prefix = digits.Length > 1 && digits[0] == '0' && char.IsAsciiLetter(digits[1]) ? 2 : 0;
        var end = prefix;
        while (end < digits.Length && (char.IsAsciiHexDigit(digits[end]) || digits[end] is ',' or '_') && !(digits[end] is 'e' or 'E' && spec.Type is not ("x" or "X"))) end++;
        if (end == prefix) return digits.PadLeft(width, '0');
        var whole = digits[prefix..end].Replace(spec.Grouping, "", StringComparison.Ordinal);
        var together = spec.Type is "b" or "o" or "x" or "X" ? 4 : 3;
        var room = width - prefix - (digits.Length - end);
        var count = Math.Max(whole.Length, 1);
        while (count + ((count - 1) / together) < room) count++;
        return digits[..prefix] + Group(whole.PadLeft(count, '0'), spec.Grouping, together) + digits[end..];
    }

    private static string Group(string digits, string grouping, int together = 3)
    {
        if (grouping.Length == 0) return digits;
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < digits.Length; i++)
        {
            if (i > 0 && (digits.Length - i) % together == 0) text.Append(grouping);
            text.Append(digits[i]);
        }

        return text.ToString();
    }
}
