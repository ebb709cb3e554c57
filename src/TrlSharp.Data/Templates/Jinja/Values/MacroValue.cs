using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Scoping;
using TrlSharp.Templates.Jinja.Statements;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>A macro, or the body of a call block, with the variables it was defined among.</summary>
/// <param name="macro">What it does.</param>
/// <param name="definedIn">Where it was defined.</param>
/// <param name="here">The place, for texts about it.</param>
/// <param name="escapes">Whether it was defined where what is printed is escaped.</param>
internal sealed class MacroValue(MacroBody macro, Activation definedIn, RenderedSpan here, bool escapes) : CallableValue(macro.Name ?? "caller")
{
    public override Value Call(RenderState state, Arguments arguments) => macro.Call(state, definedIn, escapes, arguments);

    public override Value? Attribute(string name) => macro.Attribute(name, here);
}
