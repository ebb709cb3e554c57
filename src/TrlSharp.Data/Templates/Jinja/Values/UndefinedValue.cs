using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>What a missing name or field gives: prints as nothing, is false and empty, and fails on any other use.</summary>
/// <param name="hint">The message of the failure; of a missing member, its name.</param>
/// <param name="fault">What kind of failure; unsafe attributes are refusals.</param>
/// <param name="owner">What has no member of that name; null for other failures.</param>
internal sealed class UndefinedValue(string hint, TemplateFault fault = TemplateFault.Runtime, Value? owner = null) : Value
{
    public override string TypeName => "Undefined";

    public override bool IsTrue => false;

    public override bool IsIterable => true;

    public override int Length => 0;

    public static UndefinedValue Name(string name) => new($"'{name}' is undefined");

    /// <summary>The most frequent of all, since templates ask for what is optional: its message is only made when needed.</summary>
    public static UndefinedValue Member(Value owner, string name) => new(name, owner: owner);

    public override IEnumerable<Value> Iterate() => [];

    public override void AppendRepr(TextBuilder output, in RenderedSpan here) => output.Append("Undefined", here);

    public override TextValue ToText(in RenderedSpan here) => TextValue.Empty;

    public EvaluationException Fail() => new(fault, owner switch
    {
        null => hint,
        NoneValue => $"'None' has no attribute '{hint}'",
        _ => $"'{owner.TypeName} object' has no attribute '{hint}'",
    });
}
