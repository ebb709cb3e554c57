using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>The variable <c>loop</c>.</summary>
/// <param name="items">What is iterated.</param>
/// <param name="depth">0 for the outermost level of a recursive loop.</param>
/// <param name="recurse">Runs the loop over other items; null when the loop is not recursive.</param>
internal sealed class LoopValue(IReadOnlyList<Value> items, int depth, Func<RenderState, Value, Value>? recurse) : Value
{
    private Value? _changed;

    /// <summary>0-based.</summary>
    public int Index { get; set; }

    public override string TypeName => "LoopContext";

    public override int Length => items.Count;

    public override Value? Attribute(string name) => name switch
    {
        "index" => IntegerValue.Of(Index + 1),
        "index0" => IntegerValue.Of(Index),
        "revindex" => IntegerValue.Of(items.Count - Index),
        "revindex0" => IntegerValue.Of(items.Count - Index - 1),
        "first" => BooleanValue.Of(Index == 0),
        "last" => BooleanValue.Of(Index == items.Count - 1),
        "length" => IntegerValue.Of(items.Count),
        "depth" => IntegerValue.Of(depth + 1),
        "depth0" => IntegerValue.Of(depth),
        "previtem" => Index > 0 ? items[Index - 1] : new UndefinedValue("there is no previous item"),
        "nextitem" => Index + 1 < items.Count ? items[Index + 1] : new UndefinedValue("there is no next item"),
        "cycle" => new CallableValue("loop.cycle", (_, arguments) => Cycle(arguments)),
        "changed" => new CallableValue("loop.changed", (_, arguments) => Changed(arguments)),
        _ => null,
    };

    /// <summary><c>loop(items)</c> in a recursive loop.</summary>
    public Value Call(RenderState state, Arguments arguments)
    {
        if (recurse is null) throw EvaluationException.Runtime("the loop must have the 'recursive' marker to be called recursively");
        return recurse(state, arguments.Bind(1, "iterable")[0]!);
    }

    public override void AppendRepr(TextBuilder output, in Run here) =>
        output.Append($"<LoopContext {Index + 1}/{items.Count}>", here);

    private Value Cycle(Arguments arguments) => arguments.Positional.Count == 0
        ? throw EvaluationException.Runtime("no items for cycling given")
        : arguments.Positional[Index % arguments.Positional.Count];

    private BooleanValue Changed(Arguments arguments)
    {
        var now = new ListValue(arguments.Positional, tuple: true);
        var changed = _changed is null || !ValueEquality.Instance.Equals(_changed, now);
        _changed = now;
        return BooleanValue.Of(changed);
    }
}
