using System.Numerics;
using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Python's format specification mini-language: <c>[[fill]align][sign][#][0][width][grouping][.precision][type]</c>.</summary>
internal static class FormatSpecification
{
    public static TextValue Format(RenderState state, Value value, string specification)
    {
        if (specification.Length == 0) return state.Text(value);
        if (FormatPattern.Parse(specification) is not { } spec) throw EvaluationException.Runtime($"Invalid format specifier '{specification}' for object of type '{value.TypeName}'");
        var type = spec.Type;
        var isText = value is TextValue;
        if (value is not (TextValue or IntegerValue or FloatValue or BooleanValue)) throw EvaluationException.Runtime($"unsupported format string passed to {value.TypeName}.__format__");
        if (isText && (type is not ("" or "s") || spec.Sign != 0 || spec.Grouping.Length > 0)) throw EvaluationException.Runtime($"Unknown format code '{type}' for object of type 'str'");
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
        if (align == '=' && sign.Length + digits.Length < width) digits = new string(fill[0], width - sign.Length - digits.Length) + digits;
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
            if (precision is not null) throw EvaluationException.Runtime("Precision not allowed in integer format specifier");
            negative = whole.Sign < 0;
            digits = Integer(BigInteger.Abs(whole), type, spec.Alternate, grouping);
            if (value is BooleanValue && type.Length == 0) return ("", value.IsTrue ? "True" : "False");
        }
        else
        {
            var real = Numbers.AsDouble(value)!.Value;
            negative = double.IsNegative(real) && !double.IsNaN(real);
            digits = Real(Math.Abs(real), type, precision, spec.Alternate, grouping);
        }

        return (negative ? "-" : spec.Sign is '+' ? "+" : spec.Sign is ' ' ? " " : "", digits);
    }

    private static string Integer(BigInteger value, string type, bool alternate, string grouping) => type switch
    {
        "b" => (alternate ? "0b" : "") + PythonNumbers.Radix(value, 1),
        "o" => (alternate ? "0o" : "") + PythonNumbers.Radix(value, 3),
        "x" => (alternate ? "0x" : "") + PythonNumbers.Radix(value, 4),
        "X" => (alternate ? "0X" : "") + PythonNumbers.Radix(value, 4).ToUpperInvariant(),
        "c" => value < 0x110000 && System.Text.Rune.IsValid((int)value) ? new System.Text.Rune((int)value).ToString() : throw EvaluationException.Runtime("%c arg not in range(0x110000)"),
        _ => Group(IntegerValue.Digits(value), grouping),
    };

    private static string Real(double value, string type, int? precision, bool alternate, string grouping)
    {
        if (!double.IsFinite(value)) return (double.IsNaN(value), type is "E" or "F" or "G") switch { (true, false) => "nan", (true, true) => "NAN", (false, false) => "inf", _ => "INF" } + (type == "%" ? "%" : "");
        var digits = precision ?? 6;
        var text = type switch
        {
            "f" or "F" => PythonNumbers.Fixed(value, digits),
            "e" or "E" => PythonNumbers.Scientific(value, digits),
            "g" or "G" or "n" => PythonNumbers.General(value, digits, alternate),
            "%" => PythonNumbers.Fixed(value * 100, digits) + "%",
            "" when precision is null => FloatValue.Repr(value),
            "" => PythonNumbers.General(value, digits, alternate) is var general && general.AsSpan().IndexOfAny('.', 'e') < 0 ? general + ".0" : PythonNumbers.General(value, digits, alternate),
            _ => throw EvaluationException.Runtime($"Unknown format code '{type}' for object of type 'float'"),
        };
        if (type.Length > 0 && char.IsUpper(type[0])) text = text.ToUpperInvariant();
        var end = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? Group(text, grouping) : Group(text[..end], grouping) + text[end..];
    }

    private static string Group(string digits, string grouping)
    {
        if (grouping.Length == 0) return digits;
        const int Together = 3;
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < digits.Length; i++)
        {
            if (i > 0 && (digits.Length - i) % Together == 0) text.Append(grouping);
            text.Append(digits[i]);
        }

        return text.ToString();
    }
}
