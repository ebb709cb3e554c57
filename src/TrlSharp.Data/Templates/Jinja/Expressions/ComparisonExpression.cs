using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Expressions;

/// <summary><c>a &lt; b &lt;= c</c>, <c>in</c>, <c>not in</c>: chains as in Python.</summary>
internal sealed class ComparisonExpression(Expression first, (ComparisonOperator Operation, Expression Operand)[] rest) : Expression
{
    public override IEnumerable<Expression> Children => rest.Select(r => r.Operand).Prepend(first);

    /// <summary>Whether it compares by <c>==</c> and <c>!=</c> only.</summary>
    public bool AsksForEquality => Array.TrueForAll(rest, r => r.Operation is ComparisonOperator.Equal or ComparisonOperator.NotEqual);

    public override Value Evaluate(RenderState state) => BooleanValue.Of(IsTrue(state));

    public override bool IsTrue(RenderState state)
    {
        var left = first.Inspect(state);
        foreach (ref readonly var step in rest.AsSpan())
        {
            var right = step.Operand.Inspect(state);
            if (!Holds(state, step.Operation, left, right)) return false;
            left = right;
        }

        return true;
    }

    private static bool Holds(RenderState state, ComparisonOperator operation, Value left, Value right)
    {
        // What templates ask most often: is the role this one, the number that one?
        if (operation <= ComparisonOperator.NotEqual)
        {
            if (left is TextValue a && right is TextValue b)
            {
                state.Charge(Math.Min(a.Text.Length, b.Text.Length));
                return string.Equals(a.Text, b.Text, StringComparison.Ordinal) == (operation == ComparisonOperator.Equal);
            }

            if (left is IntegerValue { Small: { } i } && right is IntegerValue { Small: { } j }) return i == j == (operation == ComparisonOperator.Equal);
            if (left is BooleanValue p && right is BooleanValue q) return p.IsTrue == q.IsTrue == (operation == ComparisonOperator.Equal);
        }

        state.Touch(left);
        state.Touch(right);
        return Holds(operation, left, right);
    }

    public static bool Holds(ComparisonOperator operation, Value left, Value right) => operation switch
    {
        ComparisonOperator.Equal => ValueEquality.Instance.Equals(left, right),
        ComparisonOperator.NotEqual => !ValueEquality.Instance.Equals(left, right),
        ComparisonOperator.Less => Comparison.Order(left, right, "<") < 0,
        ComparisonOperator.LessOrEqual => Comparison.Order(left, right, "<=") <= 0,
        ComparisonOperator.Greater => Comparison.Order(left, right, ">") > 0,
        ComparisonOperator.GreaterOrEqual => Comparison.Order(left, right, ">=") >= 0,
        ComparisonOperator.In => Contains(right, left),
        _ => !Contains(right, left),
    };

    public static bool Contains(Value container, Value item)
    {
        switch (container)
        {
            case TextValue text:
                if (item is UndefinedValue undefined) throw undefined.Fail();
                if (item is not TextValue part) throw EvaluationException.Runtime($"'in <string>' requires string as left operand, not {item.TypeName}");
                return text.Text.Contains(part.Text, StringComparison.Ordinal);
            case MapValue map:
                ValueEquality.RequireHashable(item);
                return map.Item(item) is not null;
            case LazyValue { TypeName: "dict_keys" }:
                ValueEquality.RequireHashable(item);
                return container.Iterate().Any(v => ValueEquality.Instance.Equals(v, item));
            case BytesValue bytes when item is BytesValue inner: return bytes.Content.AsSpan().IndexOf(inner.Content) >= 0;
            case BytesValue when item is not BytesValue && Numbers.AsInteger(item) is null: throw EvaluationException.Runtime($"a bytes-like object is required, not '{item.TypeName}'");
            case { IsIterable: true }: return container.Iterate().Any(v => ValueEquality.Instance.Equals(v, item));
            default: throw EvaluationException.Runtime($"argument of type '{container.TypeName}' is not iterable");
        }
    }
}
