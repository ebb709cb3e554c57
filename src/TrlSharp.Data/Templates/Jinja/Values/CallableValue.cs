using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>What can be called: a function, a bound method, a macro.</summary>
/// <param name="name">For messages.</param>
internal abstract class CallableValue(string name) : Value
{
    public override string TypeName => "function";

    public abstract Value Call(RenderState state, Arguments arguments);

    public override void AppendRepr(TextBuilder output, in RenderedSpan here) =>
        throw EvaluationException.Refused($"printing the function {name} (Python prints a memory address)");
}
