using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>A function: global, bound method or macro.</summary>
/// <param name="name">For messages.</param>
/// <param name="body">What it does.</param>
/// <param name="attributes">Attributes that templates may read; null for none.</param>
internal sealed class CallableValue(string name, Func<RenderState, Arguments, Value> body, Func<string, Value?>? attributes = null) : Value
{
    public override string TypeName => "function";

    public Value Call(RenderState state, Arguments arguments) => body(state, arguments);

    public override Value? Attribute(string attribute) => attributes?.Invoke(attribute);

    public override void AppendRepr(TextBuilder output, in Run here) =>
        throw EvaluationException.Refused($"printing the function {name} (Python prints a memory address)");
}
