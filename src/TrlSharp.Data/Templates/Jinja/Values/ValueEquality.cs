using System.Numerics;
using TrlSharp.Templates.Jinja.Library;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>Python's <c>==</c> and <c>hash</c>: numbers of all kinds compare by value, containers by content, everything else by identity.</summary>
internal sealed class ValueEquality : IEqualityComparer<Value>
{
    public static ValueEquality Instance { get; } = new();

    public bool Equals(Value? x, Value? y)
    {
        if (x is TextValue left && y is TextValue right) return string.Equals(left.Text, right.Text, StringComparison.Ordinal);
        if (x is IntegerValue { Small: { } i } && y is IntegerValue { Small: { } j }) return i == j;
        if (x is BooleanValue && y is BooleanValue) return x.IsTrue == y.IsTrue;
        if (ReferenceEquals(x, y)) return x is not FloatValue { Value: double.NaN };
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        return (x, y) switch
        {
            (NoneValue, NoneValue) => true,
            (UndefinedValue, UndefinedValue) => true,
            (ListValue a, ListValue b) => a.IsTuple == b.IsTuple && a.Items.Length == b.Items.Length && a.Items.Zip(b.Items).All(p => Equals(p.First, p.Second)),
            (RangeValue a, RangeValue b) => a.Length == b.Length && a.Iterate().Take(2).SequenceEqual(b.Iterate().Take(2), this),
            (MapValue a, MapValue b) => a.Length == b.Length && a.Entries.All(e => b.Item(e.Key) is { } other && Equals(e.Value, other)),
            (BytesValue a, BytesValue b) => a.Content.AsSpan().SequenceEqual(b.Content),
            (LazyValue { IsSet: true } a, LazyValue { IsSet: true } b) => a.Length == b.Length && SameElements(a, b),
            (null, _) or (_, null) => false,
            _ => NumbersEqual(x, y),
        };
    }

    public int GetHashCode(Value obj)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        return Hash(obj);
    }

    private int Hash(Value obj) => obj switch
    {
        TextValue text => string.GetHashCode(text.Text, StringComparison.Ordinal),
        BytesValue bytes => bytes.Content.Aggregate(bytes.Length, HashCode.Combine),
        ListValue { IsTuple: true } tuple => tuple.Items.Aggregate(tuple.Items.Length, (hash, item) => HashCode.Combine(hash, GetHashCode(item))),
        FloatValue { Value: var real } => real == Math.Floor(real) && double.IsFinite(real) ? new BigInteger(real).GetHashCode() : real.GetHashCode(),
        _ => Numbers.AsInteger(obj)?.GetHashCode() ?? obj.TypeName.Length,
    };

    public static bool IsHashable(Value value) => value switch
    {
        ListValue { IsTuple: true, Weight: > 1 << 20 } => throw EvaluationException.Budget("a tuple too large to be a key"),
        ListValue list => list.IsTuple && list.Items.All(IsHashable),
        MapValue or LazyValue { IsSet: true } => false,
        _ => true,
    };

    public static void RequireHashable(Value value)
    {
        if (!IsHashable(value)) throw EvaluationException.Runtime($"unhashable type: '{value.TypeName}'");
    }

    /// <summary>Views of as many elements: entries are found by their keys, since their values need not be hashable.</summary>
    private bool SameElements(LazyValue a, LazyValue b)
    {
        if (a.TypeName != b.TypeName)
        {
            return a.Iterate().All(x =>
            {
                if (b.TypeName == "dict_keys") RequireHashable(x);
                return b.Iterate().Any(y => Equals(x, y));
            });
        }

        if (a.TypeName == "dict_keys") return b.Iterate().ToHashSet(this) is var keys && a.Iterate().All(keys.Contains);
        var values = b.Iterate().Cast<ListValue>().ToDictionary(e => e.Items[0], e => e.Items[1], this);
        return a.Iterate().Cast<ListValue>().All(e => values.TryGetValue(e.Items[0], out var other) && Equals(e.Items[1], other));
    }

    private static bool NumbersEqual(Value x, Value y)
    {
        if (Numbers.AsInteger(x) is { } a && Numbers.AsInteger(y) is { } b) return a == b;
        return Comparison.Numeric(x, y) == 0;
    }
}
