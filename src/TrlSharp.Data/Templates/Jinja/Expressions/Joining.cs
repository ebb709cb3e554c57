using System.Runtime.CompilerServices;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Expressions;

/// <summary><c>a + b + c</c>: a chain of texts is joined once, and printed without being joined; anything else is added from left to right.</summary>
internal sealed class SumExpression(params Expression[] operands) : Expression
{
    private const string Operation = "+";

    public override IEnumerable<Expression> Children => operands;

    /// <summary>One operand more.</summary>
    public SumExpression Plus(Expression operand) => new([.. operands, operand]);

    public override Value Evaluate(RenderState state)
    {
        var start = state.Pieces.Count;
        return Collect(state, inspect: false) ?? state.Pieces.Join(state, start);
    }

    public override void Write(RenderState state)
    {
        var start = state.Pieces.Count;
        if (Collect(state, inspect: true) is { } sum) state.Write(state.Text(sum));
        else state.Pieces.Write(state, start);
    }

    /// <summary>Texts are pushed to the pieces; the sum is returned where not all are plain text.</summary>
    private Value? Collect(RenderState state, bool inspect)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var (pieces, start) = (state.Pieces, state.Pieces.Count);
        for (var i = 0; i < operands.Length; i++)
        {
            var value = inspect ? operands[i].Inspect(state) : operands[i].Evaluate(state);
            if (value is TextValue { IsMarkup: false } text) pieces.Push(text);
            else return Add(state, pieces.Count == start ? value : Arithmetic.Apply(state, Operation, state.Pieces.Join(state, start), value), i + 1);
        }

        return null;
    }

    private Value Add(RenderState state, Value sum, int from)
    {
        for (var i = from; i < operands.Length; i++) sum = Arithmetic.Apply(state, Operation, sum, operands[i].Evaluate(state));
        return sum;
    }
}

/// <summary><c>a ~ b ~ c</c>: the texts joined.</summary>
internal sealed class ConcatenationExpression(Expression[] parts) : Expression
{
    public override IEnumerable<Expression> Children => parts;

    public override Value Evaluate(RenderState state)
    {
        var start = state.Pieces.Count;
        foreach (var part in parts) state.Pieces.Push(state.Text(part.Evaluate(state)));
        return state.Pieces.Join(state, start);
    }

    public override void Write(RenderState state)
    {
        var start = state.Pieces.Count;
        foreach (var part in parts) state.Pieces.Push(state.Text(part.Inspect(state)));
        state.Pieces.Write(state, start);
    }
}
