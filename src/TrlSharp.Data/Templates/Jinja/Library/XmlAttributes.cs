using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>The filter <c>xmlattr</c>: a map as attributes of an HTML element, without those that are none or undefined.</summary>
internal static class XmlAttributes
{
    public static Value Apply(RenderState state, Arguments arguments)
    {
        var bound = arguments.Bind(1, "d", "autospace");
        if (bound[0] is UndefinedValue undefined) throw undefined.Fail();
        if (bound[0] is not MapValue map) throw EvaluationException.Runtime($"'{bound[0]!.TypeName}' object has no attribute 'items'");
        var output = new TextBuilder();
        foreach (var (key, value) in map.Entries)
        {
            state.Step();
            if (value is NoneValue or UndefinedValue) continue;
            var name = TextMethods.Text(key, "xmlattr");
            if (name.Text.Any(c => c is ' ' or '\t' or '\n' or '\r' or '\f' or '/' or '>' or '=' || PythonText.IsSpace(c))) throw EvaluationException.Runtime($"Invalid character in attribute name: '{name.Text}'");
            if (output.Length > 0 || (bound[1]?.IsTrue ?? true)) output.Append(" ", state.Run);
            Add(state, output, Escaping.Escape(name));
            output.Append("=\"", state.Run);
            Add(state, output, Escaping.Escape(state.Text(value)));
            output.Append("\"", state.Run);
        }

        return output.ToValue(state.Escapes);
    }

    private static void Add(RenderState state, TextBuilder output, TextValue text)
    {
        state.Charge(text.Text.Length);
        output.Append(text, state.Owner, prompt: false, generation: 0);
    }
}
