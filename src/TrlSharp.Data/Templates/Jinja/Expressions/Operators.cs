using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Expressions;

/// <summary><c>a - b</c> and the other arithmetic operators; sums are <see cref="SumExpression"/>.</summary>
internal sealed class ArithmeticExpression(ArithmeticOperator operation, Expression left, Expression right) : Expression
{
    /// <summary>
    /// A constant base before an exponent that is none: Jinja2 writes the base into Python as it is, where <c>-2 ** n</c> is −(2 ** n), brackets or not.
    /// </summary>
    private readonly bool _signLast = operation == ArithmeticOperator.Power && left is not ConstantExpression && left.IsFoldable && !right.IsFoldable;

    public override IEnumerable<Expression> Children => [left, right];

    public override Value Evaluate(RenderState state)
    {
        state.GuardStack();
        var a = left.Evaluate(state);
        if (_signLast && (a is FloatValue real ? double.IsNegative(real.Value) : a is IntegerValue { Value.Sign: < 0 })) return Arithmetic.Negate(Arithmetic.Apply(state, operation, Arithmetic.Negate(a), right.Evaluate(state)));
        return Arithmetic.Apply(state, operation, a, right.Evaluate(state));
    }
}

/// <summary><c>-a</c>, <c>+a</c>.</summary>
internal sealed class SignExpression(bool negative, Expression operand) : Expression
{
    public override IEnumerable<Expression> Children => [operand];

    public override Value Evaluate(RenderState state)
    {
        var value = operand.Evaluate(state);
        return negative ? Arithmetic.Negate(value) : Arithmetic.Plus(value);
    }
}

/// <summary><c>not a</c>.</summary>
internal sealed class NotExpression(Expression operand) : Expression
{
    public override IEnumerable<Expression> Children => [operand];

    public override Value Evaluate(RenderState state) => BooleanValue.Of(!operand.IsTrue(state));

    public override bool IsTrue(RenderState state) => !operand.IsTrue(state);
}

/// <summary><c>a and b</c>, <c>a or b</c>: one of the two values.</summary>
internal sealed class LogicalExpression(bool and, Expression left, Expression right) : Expression
{
    public bool IsAnd => and;

    public Expression Left => left;

    public Expression Right => right;

    public override IEnumerable<Expression> Children => [left, right];

    public override Value Evaluate(RenderState state)
    {
        state.GuardStack();
        var value = left.Evaluate(state);
        return value.IsTrue == and ? right.Evaluate(state) : value;
    }

    public override bool IsTrue(RenderState state)
    {
        state.GuardStack();
        return left.IsTrue(state) == and ? right.IsTrue(state) : !and;
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
        state.GuardStack();
        var outer = state.Prompt;
        var chosen = test.IsTrue(state) ? then : otherwise;
        if (chosen is null) return new UndefinedValue("the inline if-expression evaluated to false and no else section was defined");
        state.Prompt |= readsPrompt;
        var value = chosen.Evaluate(state);
        state.Prompt = outer;
        return value;
    }
}
