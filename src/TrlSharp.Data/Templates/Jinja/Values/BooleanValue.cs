using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>Python's <c>True</c> and <c>False</c>.</summary>
internal sealed class BooleanValue(bool value, Origin? source = null) : Value
{
    public static BooleanValue True { get; } = new(true);

    public static BooleanValue False { get; } = new(false);

    public override string TypeName => "bool";

    public override bool IsTrue => value;

    public override Origin? Source => source;

    public static BooleanValue Of(bool value) => value ? True : False;

    public override Value? Attribute(string name) => NumberMethods.Bind(this, value ? 1 : 0, name);

    public override void AppendRepr(TextBuilder output, in RenderedSpan here) => output.Append(value ? "True" : "False", At(here, source, value ? 4 : 5));
}
