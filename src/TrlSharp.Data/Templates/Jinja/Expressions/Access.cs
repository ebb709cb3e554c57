using TrlSharp.Rows;
using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Expressions;

/// <summary><c>a.name</c>: Python's attribute first, then the item.</summary>
internal sealed class AttributeExpression(Expression target, string name) : Expression
{
    /// <summary>The copy that the data have for their keys, where it is a frequent one: equal then at the first glance.</summary>
    private readonly string _key = JsonKeys.Shared(name);

    private readonly LoopField _loopField = LoopValue.Field(name);

    /// <summary>On maps, the name can only be a key.</summary>
    private readonly bool _isKey = !MapMethods.Exists(name) && !Sandbox.Forbids(MapValue.Empty, name);

    public Expression Target => target;

    public string Name => name;

    public override IEnumerable<Expression> Children => [target];

    public override Value Evaluate(RenderState state) => Of(target.Evaluate(state));

    public override Value Inspect(RenderState state) => Of(target.Inspect(state));

    /// <summary>That attribute of a value.</summary>
    public Value Of(Value value) => _isKey && value is MapValue map ? map.Find(_key) ?? UndefinedValue.Member(map, name)
        : value is LoopValue loop && loop.Get(_loopField) is { } part ? part : Get(value, name);

    public static Value Get(Value value, string name)
    {
        if (value is UndefinedValue undefined) return Sandbox.IsInternal(name) ? Sandbox.Unsafe(value, name) : throw undefined.Fail();
        if (value.Attribute(name) is { } attribute) return attribute;
        if (Sandbox.Forbids(value, name)) return Sandbox.Unsafe(value, name);
        return value is MapValue map && map.Find(name) is { } item ? item : UndefinedValue.Member(value, name);
    }
}

/// <summary><c>a[key]</c>: the item first, then Python's attribute.</summary>
internal sealed class ItemExpression(Expression target, Expression key) : Expression
{
    /// <summary>A key that is written in the template as text; null for others.</summary>
    private readonly string? _literal = key is TextExpression { Text: var text } ? JsonKeys.Shared(text) : null;

    public override IEnumerable<Expression> Children => [target, key];

    public Expression Target => target;

    public Expression Key => key;

    public override Value Evaluate(RenderState state) => Of(state, target.Evaluate(state));

    public override Value Inspect(RenderState state) => Of(state, target.Inspect(state));

    private Value Of(RenderState state, Value value)
    {
        if (_literal is not null && value is MapValue map && map.Find(_literal) is { } item) return item;
        if (value is TextValue text) state.Charge(text.Text.Length);
        var at = key.Inspect(state);
        state.Touch(at);
        return Get(value, at);
    }

    public static Value Get(Value value, Value key)
    {
        if (value is UndefinedValue undefined) throw undefined.Fail();
        if (value.Item(key) is { } item) return item;
        if (key is not TextValue { Text: var name }) return new UndefinedValue($"'{value.TypeName} object' has no element {Describe(key)}");
        if (value.Attribute(name) is { } attribute) return attribute;
        return Sandbox.Forbids(value, name) ? Sandbox.Unsafe(value, name) : UndefinedValue.Member(value, name);
    }

    private static string Describe(Value key) => key is IntegerValue integer ? IntegerValue.Digits(integer.Value) : $"of type {key.TypeName}";
}
