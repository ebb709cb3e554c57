using System.Globalization;
using System.Numerics;
using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Python's <c>format % values</c>.</summary>
internal static class PercentFormat
{
    public static TextValue Apply(RenderState state, TextValue format, Value values)
    {
        var arguments = values is ListValue { IsTuple: true } tuple ? tuple.Items : [values];
        var output = new TextBuilder();
        var (next, at) = (0, 0);
        var usedMap = false;
        var source = format.Text;
        while (at < source.Length)
        {
            var percent = source.IndexOf('%', at);
            output.Append(format, at, percent < 0 ? source.Length : percent);
            if (percent < 0) break;
            var spec = Specification.Parse(source, percent + 1, () => Star(Take()));
            at = spec.End;
            if (spec.Conversion == '%')
            {
                if (at != percent + 2) throw EvaluationException.Runtime($"unsupported format character '%' (0x25) at index {at - 1}");
                output.Append(format, at - 1, at);
                continue;
            }

            Value value;
            if (spec.Key is { } key)
            {
                if (values is not MapValue map) throw EvaluationException.Runtime("format requires a mapping");
                value = map.Find(key) ?? throw EvaluationException.Runtime($"KeyError: '{key}'");
                (arguments, next, usedMap) = ([value], 1, true);
            }
            else value = Take();

            state.Touch(value);
            var text = Convert(state, spec, value, format.IsMarkup);
            state.Charge(Math.Max(text.Text.Length, spec.Width));
            var padded = TextPadding.Pad(state, text, spec.Width, " ", spec.Left ? TextPadding.Side.Right : TextPadding.Side.Left);
            output.Append(padded, state.Owner, prompt: false, generation: 0);
        }

        if (next < arguments.Length && !usedMap && values is not (MapValue or SelfValue or BytesValue or ListValue { IsTuple: false } or RangeValue or UndefinedValue)) throw EvaluationException.Runtime("not all arguments converted during string formatting");
        return output.ToValue(format.IsMarkup);

        Value Take() => next < arguments.Length ? arguments[next++] : throw EvaluationException.Runtime("not enough arguments for format string");
    }

    private static TextValue Convert(RenderState state, Specification spec, Value value, bool markup)
    {
        switch (spec.Conversion)
        {
            case 's':
                var text = state.Text(value);
                if (markup) text = Escaping.Escape(text);
                return Limit(text, spec.Precision);
            case 'r' or 'a':
                var output = new TextBuilder();
                value.AppendRepr(output, state.Run);
                var shown = markup ? Escaping.Escape(output.ToValue()).AsMarkup(false) : output.ToValue();
                return Limit(spec.Conversion == 'a' ? ReprEscape.Ascii(shown) : shown, spec.Precision);
            case 'c':
                return value is TextValue { Length: 1 } single ? single : Number(state, value, Character(Numbers.Argument(value, "%c")));
            default:
                var number = Numeric(spec, value);
                return Number(state, value, spec.Zero && !spec.Left ? ZeroPad(state, number, spec.Width, spec.Alternate) : number);
        }
    }

    private static int Star(Value value) => Numbers.Argument(value, "* wants int") is > int.MinValue and < int.MaxValue and var size ? size : throw EvaluationException.Runtime("Python int too large to convert to C int");

    private static string Character(int code) => System.Text.Rune.IsValid(code) ? new System.Text.Rune(code).ToString() : throw EvaluationException.Runtime("%c arg not in range(0x110000)");

    private static TextValue Number(RenderState state, Value value, string text) => value.Source is { } source
        ? TextValue.Of(text, new RenderedSpan(0, text.Length, source, 0, text.Length, false, state.Owner, false))
        : TextValue.Of(text, state.Run);

    private static string Numeric(Specification spec, Value value)
    {
        if (value is UndefinedValue undefined) throw undefined.Fail();
        string digits;
        bool negative;
        if (spec.Conversion is 'd' or 'i' or 'u' or 'x' or 'X' or 'o')
        {
            var integer = Numbers.AsInteger(value) ?? (value is FloatValue whole && spec.Conversion is ('d' or 'i' or 'u')
                ? Numbers.Truncate(whole.Value)
                : throw EvaluationException.Runtime($"%{spec.Conversion} format: a real number is required, not {value.TypeName}"));
            negative = integer.Sign < 0;
            digits = Integer(BigInteger.Abs(integer), spec).PadLeft(PythonNumbers.Precision(spec.Precision)!.Value is > 0 and var least ? least : 0, '0');
            if (spec.Alternate) digits = spec.Conversion switch { 'x' => "0x", 'X' => "0X", 'o' => "0o", _ => "" } + digits;
        }
        else
        {
            var real = Numbers.AsDouble(value) ?? throw EvaluationException.Runtime($"must be real number, not {value.TypeName}");
            negative = real < 0 || (real == 0 && double.IsNegative(real));
            digits = Real(Math.Abs(real), spec);
        }

        return (negative ? "-" : spec.Plus ? "+" : spec.Space ? " " : "") + digits;
    }

    private static string Integer(BigInteger value, Specification spec) => spec.Conversion switch
    {
        'x' => PythonNumbers.Radix(value, 4),
        'X' => PythonNumbers.Radix(value, 4).ToUpperInvariant(),
        'o' => PythonNumbers.Radix(value, 3),
        _ => IntegerValue.Digits(value),
    };

    private static string Real(double value, Specification spec)
    {
        if (!double.IsFinite(value)) return char.IsUpper(spec.Conversion) ? (double.IsNaN(value) ? "NAN" : "INF") : double.IsNaN(value) ? "nan" : "inf";
        var precision = spec.Precision < 0 ? 6 : PythonNumbers.Precision(spec.Precision)!.Value;
        var text = char.ToLowerInvariant(spec.Conversion) switch
        {
            'f' => PythonNumbers.Fixed(value, precision),
            'e' => PythonNumbers.Scientific(value, precision),
            _ => PythonNumbers.General(value, precision, spec.Alternate),
        };
        if (spec.Alternate) text = PythonNumbers.Pointed(text);
        return char.IsUpper(spec.Conversion) ? text.ToUpperInvariant() : text;
    }

    private static string ZeroPad(RenderState state, string number, int width, bool alternate)
    {
        state.Charge(Math.Max(0, width));
        var sign = number[0] is '-' or '+' or ' ' ? 1 : 0;
        if (alternate && number.Length > sign + 1 && number[sign] == '0' && char.IsAsciiLetter(number[sign + 1])) sign += 2; // after 0x
        return number[..sign] + number[sign..].PadLeft(Math.Max(0, width - sign), '0');
    }

    private static TextValue Limit(TextValue text, int precision) =>
        precision >= 0 && text.Length > precision ? text.Slice(0, CodePoints.ToUnit(text.Text, precision)) : text;

    private readonly record struct Specification(string? Key, bool Left, bool Plus, bool Space, bool Zero, bool Alternate, int Width, int Precision, char Conversion, int End)
    {
        public static Specification Parse(string format, int at, Func<int> star)
        {
            string? key = null;
            if (at < format.Length && format[at] == '(')
            {
                var close = format.IndexOf(')', at);
                if (close < 0) throw EvaluationException.Runtime("incomplete format key");
                key = format[(at + 1)..close];
                at = close + 1;
            }

            var flags = "";
            while (at < format.Length && "-+ 0#".Contains(format[at], StringComparison.Ordinal)) flags += format[at++];
            var width = Size(format, ref at, star) ?? 0;
            var precision = -1;
            if (at < format.Length && format[at] == '.')
            {
                at++;
                precision = Size(format, ref at, star) ?? 0;
            }

            while (at < format.Length && format[at] is 'h' or 'l' or 'L') at++;
            if (at >= format.Length) throw EvaluationException.Runtime("incomplete format");
            if (!"diouxXeEfFgGcrsa%".Contains(format[at], StringComparison.Ordinal)) throw EvaluationException.Runtime($"unsupported format character '{format[at]}' at index {at}");
            var left = flags.Contains('-', StringComparison.Ordinal) || width < 0;
            return new(key, left, flags.Contains('+', StringComparison.Ordinal), flags.Contains(' ', StringComparison.Ordinal), flags.Contains('0', StringComparison.Ordinal),
                flags.Contains('#', StringComparison.Ordinal), Math.Abs(width), precision, format[at], at + 1);
        }

        private static int? Size(string format, ref int at, Func<int> star)
        {
            if (at < format.Length && format[at] == '*')
            {
                at++;
                return star();
            }

            var start = at;
            while (at < format.Length && char.IsAsciiDigit(format[at])) at++;
            if (at == start) return null;
            return int.TryParse(format.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : throw EvaluationException.Budget("width or precision too big");
        }
    }
}
