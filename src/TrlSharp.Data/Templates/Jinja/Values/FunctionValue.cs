using TrlSharp.Templates.Jinja.Expressions;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>A function of ours: global or bound method.</summary>
/// <param name="name">For messages.</param>
/// <param name="body">What it does.</param>
internal sealed class FunctionValue(string name, Func<RenderState, Arguments, Value> body) : CallableValue(name)
{
    public override Value Call(RenderState state, Arguments arguments) => body(state, arguments);
}
