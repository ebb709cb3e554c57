using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>The global <c>dict</c>: called, it makes a map; and it has <c>dict.fromkeys</c>.</summary>
/// <param name="make">The call.</param>
internal sealed class DictionaryType(Func<RenderState, Arguments, Value> make) : CallableValue("dict")
{
    public override string TypeName => "type";

    public override Value Call(RenderState state, Arguments arguments) => make(state, arguments);

    public override Value? Attribute(string name) => name == "fromkeys" ? MapMethods.Bind(MapValue.Empty, name)
        : throw EvaluationException.Refused($"dict.{name}: of the type itself, templates use dict.fromkeys");

    public override void AppendRepr(TextBuilder output, in RenderedSpan here) => output.Append("<class 'dict'>", here);
}
