using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>The variable <c>loop</c>: it goes through the elements and looks ahead only as far as it is asked to, as Jinja2's does.</summary>
/// <param name="iterable">What is iterated.</param>
/// <param name="elements">Its elements, without those that a test leaves out.</param>
/// <param name="hasLength">Whether the length of <paramref name="iterable"/> is that of the loop.</param>
/// <param name="depth">0 for the outermost level of a recursive loop.</param>
/// <param name="recurse">Runs the loop over other items; null when the loop is not recursive.</param>
internal sealed class LoopValue(Value iterable, IEnumerator<Value> elements, bool hasLength, int depth, Func<RenderState, Value, Value>? recurse) : Value
{
    private IEnumerator<Value> _elements = elements;
    private Value? _before, _after, _changed;
    private int? _length;

    /// <summary>0-based; −1 before the first element.</summary>
    public int Index { get; private set; } = -1;

    /// <summary>The element of this iteration.</summary>
    public Value Current { get; private set; } = NoneValue.Instance;

    public override string TypeName => "LoopContext";

    public override int Length => _length ??= hasLength && iterable is not LazyValue { IsView: false } && iterable.IsIterable ? iterable.Length : Count();

    public bool MoveNext()
    {
        if (Peek() is not { } next) return false;
        _before = Index < 0 ? null : Current;
        (Current, _after) = (next, null);
        Index++;
        return true;
    }

    public override Value? Attribute(string name) => name switch
    {
        "index" => IntegerValue.Of(Index + 1),
        "index0" => IntegerValue.Of(Index),
        "revindex" => IntegerValue.Of(Length - Index),
        "revindex0" => IntegerValue.Of(Length - Index - 1),
        "first" => BooleanValue.Of(Index == 0),
        "last" => BooleanValue.Of(Peek() is null),
        "length" => IntegerValue.Of(Length),
        "depth" => IntegerValue.Of(depth + 1),
        "depth0" => IntegerValue.Of(depth),
        "previtem" => _before ?? new UndefinedValue("there is no previous item"),
        "nextitem" => Peek() ?? new UndefinedValue("there is no next item"),
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
        output.Append(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"<LoopContext {Index + 1}/{Length}>"), here);

    private Value? Peek() => _after ??= _elements.MoveNext() ? _elements.Current : null;

    /// <summary>Without a length of its own, the rest is fetched to be counted.</summary>
    private int Count()
    {
        var ahead = _after is null ? 0 : 1;
        var rest = new List<Value>();
        while (_elements.MoveNext()) rest.Add(_elements.Current);
        _elements = rest.GetEnumerator();
        return rest.Count + Index + 1 + ahead;
    }

    private Value Cycle(Arguments arguments)
    {
        if (arguments.Named.Count > 0 || arguments.Positional.Count == 0) throw EvaluationException.Runtime("no items for cycling given");
        return arguments.Positional[Index % arguments.Positional.Count];
    }

    private BooleanValue Changed(Arguments arguments)
    {
        if (arguments.Named.Count > 0) throw EvaluationException.Runtime("changed() takes no keyword arguments");
        var now = new ListValue(arguments.Positional, tuple: true);
        var changed = _changed is null || !ValueEquality.Instance.Equals(_changed, now);
        _changed = now;
        return BooleanValue.Of(changed);
    }
}
