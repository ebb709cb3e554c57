using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>The variable <c>loop</c>: it goes through the elements and looks ahead only as far as it is asked to, as Jinja2's does.</summary>
internal sealed class LoopValue : Value
{
    private readonly Value _iterable;
    private readonly bool _hasLength;
    private readonly int _depth;
    private readonly Func<RenderState, Value, Value>? _recurse;
    private readonly Value[]? _list; // all elements, where they are known
    private IEnumerator<Value>? _elements; // otherwise
    private Value? _before, _current, _after; // only where the elements are not known
    private Value? _changed;
    private int? _length;

    /// <param name="iterable">What is iterated.</param>
    /// <param name="elements">Its elements without those that a test leaves out; null: all of them.</param>
    /// <param name="depth">0 for the outermost level of a recursive loop.</param>
    /// <param name="recurse">Runs the loop over other items; null when the loop is not recursive.</param>
    public LoopValue(Value iterable, IEnumerable<Value>? elements, int depth, Func<RenderState, Value, Value>? recurse)
    {
        (_iterable, _hasLength, _depth, _recurse) = (iterable, elements is null, depth, recurse);
        if (elements is null && iterable is ListValue list) _list = list.Items;
        else _elements = (elements ?? iterable.Iterate()).GetEnumerator();
    }

    /// <summary>0-based; −1 before the first element.</summary>
    public int Index { get; private set; } = -1;

    /// <summary>The element of this iteration.</summary>
    public Value Current => _list is null ? _current! : _list[Index];

    public override string TypeName => "LoopContext";

    public override int Length => _list is not null ? _list.Length
        : _length ??= _hasLength && _iterable is not LazyValue { IsView: false } && _iterable.IsIterable ? _iterable.Length : Count();

    /// <summary>The rest of the loop, which ends with it.</summary>
    public override IEnumerable<Value> Iterate()
    {
        while (MoveNext()) yield return ListValue.Pair(Current, this);
    }

    public override bool IsIterable => true;

    public bool MoveNext()
    {
        if (_list is null)
        {
            if (Peek() is not { } next) return false;
            (_before, _current, _after) = (_current, next, null);
        }
        else if (Index + 1 >= _list.Length) return false;

        Index++;
        return true;
    }

    public override Value? Attribute(string name) => Get(Field(name));

    /// <summary>Which attribute a name is.</summary>
    public static LoopField Field(string name) => name switch
    {
        "index" => LoopField.Index,
        "index0" => LoopField.Index0,
        "revindex" => LoopField.ReverseIndex,
        "revindex0" => LoopField.ReverseIndex0,
        "first" => LoopField.First,
        "last" => LoopField.Last,
        "length" => LoopField.Length,
        "depth" => LoopField.Depth,
        "depth0" => LoopField.Depth0,
        "previtem" => LoopField.Previous,
        "nextitem" => LoopField.Next,
        "cycle" => LoopField.Cycle,
        "changed" => LoopField.Changed,
        _ => LoopField.None,
    };

    public Value? Get(LoopField field) => field switch
    {
        LoopField.Index => IntegerValue.Of(Index + 1),
        LoopField.Index0 => IntegerValue.Of(Index),
        LoopField.ReverseIndex => IntegerValue.Of(Length - Index),
        LoopField.ReverseIndex0 => IntegerValue.Of(Length - Index - 1),
        LoopField.First => BooleanValue.Of(Index == 0),
        LoopField.Last => BooleanValue.Of(Peek() is null),
        LoopField.Length => IntegerValue.Of(Length),
        LoopField.Depth => IntegerValue.Of(_depth + 1),
        LoopField.Depth0 => IntegerValue.Of(_depth),
        LoopField.Previous => Before ?? new UndefinedValue("there is no previous item"),
        LoopField.Next => Peek() ?? new UndefinedValue("there is no next item"),
        LoopField.Cycle => new FunctionValue("loop.cycle", (_, arguments) => Cycle(arguments)),
        LoopField.Changed => new FunctionValue("loop.changed", (_, arguments) => Changed(arguments)),
        _ => null,
    };

    /// <summary><c>loop(items)</c> in a recursive loop.</summary>
    public Value Call(RenderState state, Arguments arguments)
    {
        if (_recurse is null) throw EvaluationException.Runtime("the loop must have the 'recursive' marker to be called recursively");
        return _recurse(state, arguments.Bind(1, "iterable")[0]!);
    }

    public override void AppendRepr(TextBuilder output, in RenderedSpan here) =>
        output.Append(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"<LoopContext {Index + 1}/{Length}>"), here);

    private Value? Before => _list is null ? _before : Index > 0 ? _list[Index - 1] : null;

    private Value? Peek()
    {
        if (_list is not null) return Index + 1 < _list.Length ? _list[Index + 1] : null;
        return _after ??= _elements!.MoveNext() ? _elements.Current : null;
    }

    /// <summary>Without a length of its own, the rest is fetched to be counted.</summary>
    private int Count()
    {
        var ahead = _after is null ? 0 : 1;
        var rest = new List<Value>();
        while (_elements!.MoveNext()) rest.Add(_elements.Current);
        _elements = rest.GetEnumerator();
        return rest.Count + Index + 1 + ahead;
    }

    private Value Cycle(Arguments arguments)
    {
        if (arguments.Named.Count > 0 || arguments.Positional.Length == 0) throw EvaluationException.Runtime("no items for cycling given");
        return arguments.Positional[Index % arguments.Positional.Length];
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
