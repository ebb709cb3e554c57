using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Expressions;

/// <summary><c>a + b</c> and the other arithmetic operators.</summary>
internal sealed class ArithmeticExpression(string operation, Expression left, Expression right) : Expression
{
    public override IEnumerable<Expression> Children => [left, right];

    public override Value Evaluate(RenderState state)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        var a = left.Evaluate(state);
        return Arithmetic.Apply(state, operation, a, right.Evaluate(state));
    }
}

/// <summary><c>-a</c>, <c>+a</c>, <c>not a</c>.</summary>
internal sealed class UnaryExpression(string operation, Expression operand) : Expression
{
    public override IEnumerable<Expression> Children => [operand];

    public override Value Evaluate(RenderState state)
    {
        var value = operand.Evaluate(state);
        return operation switch { "-" => Arithmetic.Negate(value), "+" => Arithmetic.Plus(value), _ => BooleanValue.Of(!value.IsTrue) };
    }
}

/// <summary><c>a and b</c>, <c>a or b</c>: one of the two values.</summary>
internal sealed class LogicalExpression(bool and, Expression left, Expression right) : Expression
{
    public bool IsAnd => and;

    public Expression Left => left;

    public override IEnumerable<Expression> Children => [left, right];

    public override Value Evaluate(RenderState state)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        var value = left.Evaluate(state);
        return value.IsTrue == and ? right.Evaluate(state) : value;
    }
}

/// <summary><c>a &lt; b &lt;= c</c>, <c>in</c>, <c>not in</c>: chains as in Python.</summary>
internal sealed class ComparisonExpression(Expression first, (string Operation, Expression Operand)[] rest) : Expression
{
    public override IEnumerable<Expression> Children => rest.Select(r => r.Operand).Prepend(first);

    public override Value Evaluate(RenderState state)
    {
        var left = first.Inspect(state);
        for (var i = 0; i < rest.Length; i++)
        {
            var (operation, operand) = rest[i];
            var right = operand.Inspect(state);
            state.Touch(left);
            state.Touch(right);
            if (!Holds(operation, left, right)) return BooleanValue.False;
            left = right;
        }

        return BooleanValue.True;
    }

    public static bool Holds(string operation, Value left, Value right) => operation switch
    {
        "==" => ValueEquality.Instance.Equals(left, right),
        "!=" => !ValueEquality.Instance.Equals(left, right),
        "<" => Comparison.Order(left, right, "<") < 0,
        "<=" => Comparison.Order(left, right, "<=") <= 0,
        ">" => Comparison.Order(left, right, ">") > 0,
        ">=" => Comparison.Order(left, right, ">=") >= 0,
        "in" => Contains(right, left),
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
            case { IsIterable: true }: return container.Iterate().Any(v => ValueEquality.Instance.Equals(v, item));
            default: throw EvaluationException.Runtime($"argument of type '{container.TypeName}' is not iterable");
        }
    }
}

/// <summary><c>a if test else b</c>; without else an undefined value.</summary>
internal sealed class ConditionalExpression(Expression test, Expression then, Expression? otherwise, bool readsPrompt) : Expression
{
    public Expression Test => test;

    public Expression Then => then;

    public Expression? Otherwise => otherwise;

    public override IEnumerable<Expression> Children => otherwise is null ? [test, then] : [test, then, otherwise];

    public override Value Evaluate(RenderState state)
    {
        var outer = state.Prompt;
        var chosen = test.Evaluate(state).IsTrue ? then : otherwise;
        if (chosen is null) return new UndefinedValue("the inline if-expression evaluated to false and no else section was defined");
        state.Prompt |= readsPrompt;
        var value = chosen.Evaluate(state);
        state.Prompt = outer;
        return value;
    }
}
