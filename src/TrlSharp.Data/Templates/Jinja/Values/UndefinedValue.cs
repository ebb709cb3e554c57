using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>What a missing name or field gives: prints as nothing, is false and empty, and fails on any other use.</summary>
/// <param name="hint">The message of the failure.</param>
/// <param name="fault">What kind of failure; unsafe attributes are refusals.</param>
internal sealed class UndefinedValue(string hint, TemplateFault fault = TemplateFault.Runtime) : Value
{
    public override string TypeName => "Undefined";

    public override bool IsTrue => false;

    public override bool IsIterable => true;

    public override int Length => 0;

    public static UndefinedValue Name(string name) => new($"'{name}' is undefined");

    public static UndefinedValue Member(Value owner, string name) => owner is NoneValue
        ? new($"'None' has no attribute '{name}'")
        : new($"'{owner.TypeName} object' has no attribute '{name}'");

    public override IEnumerable<Value> Iterate() => [];

    public override void AppendRepr(TextBuilder output, in Run here) => output.Append("Undefined", here);

    public override TextValue ToText(in Run here) => TextValue.Empty;

    public EvaluationException Fail() => new(fault, hint);
}
