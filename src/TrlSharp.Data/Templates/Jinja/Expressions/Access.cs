using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Expressions;

/// <summary><c>a.name</c>: Python's attribute first, then the item.</summary>
internal sealed class AttributeExpression(Expression target, string name) : Expression
{
    /// <summary>On maps, the name can only be a key.</summary>
    private readonly bool _isKey = !MapMethods.Exists(name) && !Sandbox.Forbids(MapValue.Empty, name);

    public Expression Target => target;

    public string Name => name;

    public override IEnumerable<Expression> Children => [target];

    public override Value Evaluate(RenderState state) => Of(target.Evaluate(state));

    /// <summary>That attribute of a value.</summary>
    public Value Of(Value value) => _isKey && value is MapValue map ? map.Find(name) ?? UndefinedValue.Member(map, name) : Get(value, name);

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
    private readonly string? _literal = (key as TextExpression)?.Text;

    public override IEnumerable<Expression> Children => [target, key];

    public Expression Target => target;

    public Expression Key => key;

    public override Value Evaluate(RenderState state)
    {
        var value = target.Evaluate(state);
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
