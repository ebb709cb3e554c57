using System.Globalization;
using System.Text.RegularExpressions;
using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Python's <c>str.format</c>, with attribute access as the sandbox allows it.</summary>
internal static partial class StrFormat
{
    /// <summary>In place of the number of the next field: fields have been numbered by hand.</summary>
    private const int Manual = -1;

    public static TextValue Apply(RenderState state, TextValue format, Arguments arguments)
    {
        var automatic = 0;
        return Expand(state, format, arguments, ref automatic, depth: 0);
    }

    private static TextValue Expand(RenderState state, TextValue format, Arguments arguments, ref int automatic, int depth)
    {
        var output = new TextBuilder();
        var source = format.Text;
        for (var at = 0; at < source.Length;)
        {
            var brace = source.AsSpan(at).IndexOfAny('{', '}');
            if (brace < 0)
            {
                output.Append(format, at, source.Length);
                break;
            }

            output.Append(format, at, at + brace);
            at += brace;
            if (at + 1 < source.Length && source[at + 1] == source[at])
            {
                output.Append(format, at, at + 1);
                at += 2;
                continue;
            }

            if (source[at] == '}') throw EvaluationException.Runtime("Single '}' encountered in format string");
            var end = FieldEnd(source, at + 1);
            var text = Field(state, format.Slice(at + 1, end), arguments, ref automatic, depth);
            state.Charge(text.Text.Length);
            state.Step();
            output.Append(text, state.Owner, prompt: false, generation: 0);
            at = end + 1;
        }

        return output.ToValue(format.IsMarkup);
    }

    private static int FieldEnd(string source, int at)
    {
        for (var depth = 1; at < source.Length; at++)
        {
            if (source[at] == '{') depth++;
            else if (source[at] == '}' && --depth == 0) return at;
        }

        throw EvaluationException.Runtime("expected '}' before end of string");
    }

    private static TextValue Field(RenderState state, TextValue field, Arguments arguments, ref int automatic, int depth)
    {
        if (depth > 1) throw EvaluationException.Runtime("Max string recursion exceeded");
        var isMarkup = field.IsMarkup;
        var (name, conversion, from) = Parts(field.Text);
        var value = Lookup(name, arguments, ref automatic);
        value = conversion switch
        {
            'r' => Repr(state, value),
            'a' => ReprEscape.Ascii(Repr(state, value)),
            's' => state.Text(value),
            _ => value,
        };
        var spec = field.Text[from..];
        if (spec.AsSpan().IndexOfAny('{', '}') >= 0) spec = Expand(state, field.Slice(from, field.Text.Length), arguments, ref automatic, depth + 1).Text;
        if (!isMarkup) return FormatSpecification.Format(state, value, spec);
        if (value is TextValue { IsMarkup: true } && spec.Length > 0) throw EvaluationException.Runtime("Format specifier given, but Markup does not define __html_format__");
        return Escaping.Escape(FormatSpecification.Format(state, value, spec));
    }

    /// <summary><c>name!conversion:specification</c>: the name, the conversion or 0, and where the specification begins.</summary>
    private static (string Name, char Conversion, int Specification) Parts(string field)
    {
        var at = field.AsSpan().IndexOfAny("!:{}");
        if (at < 0) return (field, '\0', field.Length);
        var (name, conversion) = (field[..at], '\0');
        if (field[at] == '!' && at + 1 < field.Length && field[at + 1] is 'r' or 's' or 'a') (conversion, at) = (field[at + 1], at + 2);
        return at == field.Length ? (name, conversion, at)
            : field[at] == ':' ? (name, conversion, at + 1)
            : throw EvaluationException.Runtime($"invalid format field '{field}'");
    }

    private static TextValue Repr(RenderState state, Value value)
    {
        var output = new TextBuilder();
        value.AppendRepr(output, state.Run);
        return output.ToValue();
    }

    private static Value Lookup(string name, Arguments arguments, ref int automatic)
    {
        var end = name.AsSpan().IndexOfAny('.', '[');
        var first = end < 0 ? name : name[..end];
        Value value;
        if (name.Length == 0) value = automatic == Manual ? throw Mixed() : Positional(arguments, automatic++);
        else if (first.Length > 0 && first.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0)
        {
            if (end < 0) automatic = automatic is 0 or Manual ? Manual : throw Mixed();
            value = Positional(arguments, int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : int.MaxValue);
        }
        else value = arguments.Named.FirstOrDefault(n => n.Key == first).Value ?? throw EvaluationException.Runtime($"KeyError: '{first}'");
        if (end < 0) return value;
        var at = end;
        foreach (Match step in StepPattern.Matches(name[end..]))
        {
            at += step.Length;
            if (step.Groups["attribute"].Success) value = AttributeExpression.Get(value, step.Groups["attribute"].Value);
            else
            {
                var key = step.Groups["item"].Value;
                value = ItemExpression.Get(value, !key.All(char.IsAsciiDigit) ? TextValue.Of(key, default)
                    : long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? IntegerValue.Of(number) : throw EvaluationException.Runtime("Too many decimal digits in format string"));
            }
        }

        return at == name.Length ? value : throw EvaluationException.Runtime($"invalid format field '{name}'");
    }

    private static EvaluationException Mixed() => EvaluationException.Runtime("cannot switch between manual field specification and automatic field numbering");

    private static Value Positional(Arguments arguments, int index) => index < arguments.Positional.Length
        ? arguments.Positional[index]
        : throw EvaluationException.Runtime($"Replacement index {index} out of range for positional args tuple");

    [GeneratedRegex(@"\G(\.(?<attribute>[^.\[]+)|\[(?<item>[^\]]+)\])", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex StepPattern { get; }
}
