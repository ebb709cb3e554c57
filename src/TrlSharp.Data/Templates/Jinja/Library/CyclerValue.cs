using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>What <c>cycler(a, b)</c> makes: values in turn.</summary>
internal sealed class CyclerValue(Value[] items) : Value
{
    private int _at;

    public override string TypeName => "Cycler";

    public override Value? Attribute(string name) => name switch
    {
        "items" => new ListValue(items, tuple: true),
        "pos" => IntegerValue.Of(_at),
        "current" => items[_at],
        "next" => new FunctionValue(name, (_, arguments) => Next(arguments)),
        "reset" => new FunctionValue(name, (_, arguments) =>
        {
            arguments.Bind(0);
            _at = 0;
            return NoneValue.Instance;
        }),
        _ => null,
    };

    public override void AppendRepr(TextBuilder output, in RenderedSpan here) => throw EvaluationException.Refused("printing a cycler (Python prints a memory address)");

    private Value Next(Expressions.Arguments arguments)
    {
        arguments.Bind(0);
        var current = items[_at];
        _at = (_at + 1) % items.Length;
        return current;
    }
}
