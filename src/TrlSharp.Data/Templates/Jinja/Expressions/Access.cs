using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Expressions;

/// <summary><c>a.name</c>: Python's attribute first, then the item.</summary>
internal sealed class AttributeExpression(Expression target, string name) : Expression
{
    public override IEnumerable<Expression> Children => [target];

    /// <summary>On maps, the name can only be a key.</summary>
    private readonly bool _isKey = !MapMethods.Exists(name) && !Sandbox.Forbids(MapValue.Empty, name);

    public override Value Evaluate(RenderState state)
    {
        var value = target.Evaluate(state);
        return _isKey && value is MapValue map ? map.Find(name) ?? UndefinedValue.Member(map, name) : Get(value, name);
    }

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
    public override IEnumerable<Expression> Children => [target, key];

    public Expression Target => target;

    public Expression Key => key;

    public override Value Evaluate(RenderState state)
    {
        var value = target.Evaluate(state);
        if (value is TextValue text) state.Charge(text.Text.Length);
        return Get(value, key.Inspect(state));
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

/// <summary><c>a[from:to:step]</c>.</summary>
internal sealed class SliceExpression(Expression target, Expression? from, Expression? to, Expression? step) : Expression
{
    public override IEnumerable<Expression> Children => new[] { target, from, to, step }.OfType<Expression>();

    public override Value Evaluate(RenderState state)
    {
        var value = target.Evaluate(state);
        if (value is UndefinedValue undefined) throw undefined.Fail();
        var (start, stop, stride) = (Bound(state, from), Bound(state, to), Bound(state, step));
        if (value is not (TextValue or ListValue or RangeValue)) throw EvaluationException.Runtime($"'{value.TypeName}' object is not subscriptable by a slice");
        if (stride == 0) throw EvaluationException.Runtime("slice step cannot be zero");
        var length = value.Length;
        state.Charge(value is TextValue text ? 2L * text.Text.Length : 4L * length);
        if (value is RangeValue range) return range.Slice(Clamp(length, start, stop, stride ?? 1), stride ?? 1);
        var indices = Indices(length, start, stop, stride ?? 1);
        if (value is ListValue list) return new ListValue([.. indices.Select(i => list.Items[i])], list.IsTuple);
        return Text((TextValue)value, length, [.. indices], stride ?? 1);
    }

    private static TextValue Text(TextValue text, int length, int[] indices, long stride)
    {
        if (indices.Length == 0) return text.Slice(0, 0);
        if (stride == 1)
        {
            return length == text.Text.Length
                ? text.Slice(indices[0], indices[^1] + 1)
                : text.Slice(CodePoints.ToUnit(text.Text, indices[0]), CodePoints.ToUnit(text.Text, indices[^1] + 1));
        }

        var offsets = CodePoints.Offsets(text.Text);
        var output = new TextBuilder();
        foreach (var index in indices) output.Append(text, offsets[index], offsets[index + 1]);
        return output.ToValue(text.IsMarkup);
    }

    private static long? Bound(RenderState state, Expression? bound)
    {
        if (bound is null) return null;
        var value = bound.Evaluate(state);
        if (value is NoneValue) return null;
        return Numbers.AsIndex(value) ?? throw EvaluationException.Runtime("slice indices must be integers or None or have an __index__ method");
    }

    private static (long Start, long Stop) Clamp(int length, long? from, long? to, long step)
    {
        return (Bound(from, step > 0 ? 0 : length - 1), Bound(to, step > 0 ? length : -1));

        long Bound(long? bound, long missing) => bound is not { } b ? missing : Math.Clamp(b < 0 ? b + length : b, step > 0 ? 0 : -1, step > 0 ? length : length - 1);
    }

    private static IEnumerable<int> Indices(int length, long? from, long? to, long step)
    {
        var (start, stop) = Clamp(length, from, to, step);
        for (var i = start; step > 0 ? i < stop : i > stop; i += step) yield return (int)i;
    }
}
