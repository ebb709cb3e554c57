using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>Python's <c>None</c>.</summary>
internal sealed class NoneValue(Origin? source = null) : Value
{
    public static NoneValue Instance { get; } = new();

    public override string TypeName => "NoneType";

    public override bool IsTrue => false;

    public override Origin? Source => source;

    public override void AppendRepr(TextBuilder output, in RenderedSpan here) => output.Append("None", At(here, source, 4));
}
