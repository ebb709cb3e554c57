using System.Numerics;
using TrlSharp.Templates.Jinja.Library;

namespace TrlSharp.Templates.Jinja.Values;

/// <summary>Python's ordering: numbers with numbers, text with text by code point, lists element by element; anything else is a TypeError.</summary>
internal static class Comparison
{
    /// <summary>Negative, zero, positive; null when a NaN is involved, so that every comparison is false.</summary>
    public static int? Order(Value x, Value y, string operation)
    {
        if (x is IntegerValue { Small: { } i } && y is IntegerValue { Small: { } j }) return i.CompareTo(j);
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        if (x is UndefinedValue ux) throw ux.Fail();
        if (y is UndefinedValue uy) throw uy.Fail();
        if (x is TextValue a && y is TextValue b) return CompareText(a.Text, b.Text);
        if (x is LazyValue { IsSet: true } && y is LazyValue { IsSet: true }) throw EvaluationException.Refused("comparing views of dictionaries as sets");
        if (x is BytesValue { Content: var left } && y is BytesValue { Content: var right }) return left.AsSpan().SequenceCompareTo(right);
        if (x is ListValue p && y is ListValue q && p.IsTuple == q.IsTuple) return CompareLists(p, q, operation);
        if (Numbers.AsDouble(Finite(x)) is not null && Numbers.AsDouble(Finite(y)) is not null) return Numeric(x, y);
        throw EvaluationException.Runtime($"'{operation}' not supported between instances of '{x.TypeName}' and '{y.TypeName}'");
    }

    /// <summary>Exact comparison of numbers; null when either is no number or NaN.</summary>
    public static int? Numeric(Value x, Value y)
    {
        if (Numbers.AsInteger(x) is { } a)
        {
            if (Numbers.AsInteger(y) is { } b) return a.CompareTo(b);
            return y is FloatValue real && CompareExact(real.Value, a) is { } order ? -order : null;
        }

        if (x is not FloatValue left) return null;
        if (Numbers.AsInteger(y) is { } integer) return CompareExact(left.Value, integer);
        return y is FloatValue right && !double.IsNaN(left.Value) && !double.IsNaN(right.Value) ? left.Value.CompareTo(right.Value) : null;
    }

    /// <summary>By code points: UTF-16 order differs where surrogates meet characters above U+D7FF.</summary>
    public static int CompareText(string a, string b)
    {
        var length = Math.Min(a.Length, b.Length);
        for (var i = 0; i < length; i++)
        {
            if (a[i] == b[i]) continue;
            return char.IsSurrogate(a[i]) != char.IsSurrogate(b[i]) ? (char.IsSurrogate(a[i]) ? 1 : -1) : a[i].CompareTo(b[i]);
        }

        return a.Length.CompareTo(b.Length);
    }

    private static int? CompareExact(double real, BigInteger integer)
    {
        if (double.IsNaN(real)) return null;
        if (double.IsInfinity(real)) return real > 0 ? 1 : -1;
        var floor = Math.Floor(real);
        var order = new BigInteger(floor).CompareTo(integer);
        return order != 0 ? order : real > floor ? 1 : 0;
    }

    private static int? CompareLists(ListValue a, ListValue b, string operation)
    {
        for (var i = 0; i < Math.Min(a.Items.Length, b.Items.Length); i++)
            if (!ValueEquality.Instance.Equals(a.Items[i], b.Items[i])) return Order(a.Items[i], b.Items[i], operation);
        return a.Items.Length.CompareTo(b.Items.Length);
    }

    private static Value Finite(Value value) => value is IntegerValue ? IntegerValue.Of(0) : value;
}
