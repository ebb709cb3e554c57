using TrlSharp.Templates.Jinja.Scoping;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Expressions;

/// <summary>A number, truth value or none.</summary>
internal sealed class ConstantExpression(Value value) : Expression
{
    public Value Value => value;

    public override Value Evaluate(RenderState state) => value;
}

/// <summary>Text written in the template.</summary>
internal sealed class TextExpression(string text, Origin origin) : Expression
{
    private readonly TextValue _unowned = text.Length == 0 ? TextValue.Empty : new(text, Runs.Exact(text.Length, origin));

    public string Text => text;

    public override Value Evaluate(RenderState state) =>
        text.Length == 0 ? TextValue.Empty : new TextValue(text, Runs.Exact(text.Length, origin, state.Owner, state.Prompt));

    public override Value Inspect(RenderState state) => _unowned;

    public override bool IsTrue(RenderState state) => text.Length > 0;

    /// <summary>Whatever is written gets the owner and the flags of the place where we are, which are the literal's.</summary>
    public override void Write(RenderState state) => state.Write(_unowned);
}

/// <summary>A variable.</summary>
internal sealed class NameExpression(string name) : Expression
{
    private readonly UndefinedValue _undefined = UndefinedValue.Name(name);

    public string Name => name;

    /// <summary>Where the variable lives; set once, when the whole template has been read.</summary>
    public Place Place { get; set; }

    public override Value Evaluate(RenderState state) => state.Find(Place) ?? _undefined;

    public override Value Inspect(RenderState state) => state.Find(Place) ?? _undefined;
}

/// <summary><c>[a, b]</c> or <c>(a, b)</c>.</summary>
internal sealed class ListExpression(IReadOnlyList<Expression> items, bool tuple) : Expression
{
    public IReadOnlyList<Expression> Items => items;

    public override IEnumerable<Expression> Children => items;

    public override Value Evaluate(RenderState state)
    {
        var values = new Value[items.Count];
        for (var i = 0; i < values.Length; i++) values[i] = items[i].Evaluate(state);
        return new ListValue(values, tuple);
    }
}

/// <summary><c>{k: v}</c>.</summary>
internal sealed class MapExpression(IReadOnlyList<KeyValuePair<Expression, Expression>> entries) : Expression
{
    public override IEnumerable<Expression> Children => entries.SelectMany(e => new[] { e.Key, e.Value });

    public override Value Evaluate(RenderState state) => MapValue.From(state, entries.Select(e => KeyValuePair.Create(e.Key.Evaluate(state), e.Value.Evaluate(state))));
}
