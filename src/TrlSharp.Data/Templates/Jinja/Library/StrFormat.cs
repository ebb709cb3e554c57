using System.Globalization;
using System.Text.RegularExpressions;
using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Python's <c>str.format</c>, with attribute access as the sandbox allows it.</summary>
internal static partial class StrFormat
{
    public static TextValue Apply(RenderState state, TextValue format, Arguments arguments)
    {
        var automatic = 0;
        return Expand(state, format, arguments, ref automatic, depth: 0);
    }

    private static TextValue Expand(RenderState state, TextValue format, Arguments arguments, ref int automatic, int depth)
    {
        if (depth > 2) throw EvaluationException.Runtime("Max string recursion exceeded");
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
        var isMarkup = field.IsMarkup;
        var match = FieldPattern.Match(field.Text);
        if (!match.Success) throw EvaluationException.Runtime($"invalid format field '{field.Text}'");
        var value = Lookup(match.Groups["name"].Value, arguments, ref automatic);
        value = match.Groups["conversion"].Value switch
        {
            "r" => Repr(state, value),
            "a" => ReprEscape.Ascii(Repr(state, value)),
            "s" => state.Text(value),
            _ => value,
        };
        var group = match.Groups["spec"];
        var spec = group.Success ? Expand(state, field.Slice(group.Index, group.Index + group.Length), arguments, ref automatic, depth + 1).Text : "";
        if (!isMarkup) return FormatSpecification.Format(state, value, spec);
        if (value is TextValue { IsMarkup: true } && spec.Length > 0) throw EvaluationException.Runtime("Format specifier given, but Markup does not define __html_format__");
        return Escaping.Escape(FormatSpecification.Format(state, value, spec));
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
        if (first.Length == 0) value = Positional(arguments, automatic++);
        else if (first.All(char.IsAsciiDigit)) value = Positional(arguments, int.Parse(first, CultureInfo.InvariantCulture));
        else value = arguments.Named.FirstOrDefault(n => n.Key == first).Value ?? throw EvaluationException.Runtime($"KeyError: '{first}'");
        foreach (Match step in StepPattern.Matches(end < 0 ? "" : name[end..]))
        {
            if (step.Groups["attribute"].Success) value = AttributeExpression.Get(value, step.Groups["attribute"].Value);
            else
            {
                var key = step.Groups["item"].Value;
                value = ItemExpression.Get(value, key.All(char.IsAsciiDigit) ? IntegerValue.Of(long.Parse(key, CultureInfo.InvariantCulture)) : TextValue.Of(key, default));
            }
        }

        return value;
    }

    private static Value Positional(Arguments arguments, int index) => index < arguments.Positional.Length
        ? arguments.Positional[index]
        : throw EvaluationException.Runtime($"Replacement index {index} out of range for positional args tuple");

    [GeneratedRegex(@"\A(?<name>[^!:{}]*)(!(?<conversion>[rsa]))?(:(?<spec>.*))?\z", RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex FieldPattern { get; }

    [GeneratedRegex(@"\G(\.(?<attribute>[^.\[]+)|\[(?<item>[^\]]+)\])", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex StepPattern { get; }
}
