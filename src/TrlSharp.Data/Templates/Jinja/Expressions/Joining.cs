using System.Runtime.CompilerServices;
using TrlSharp.Templates.Jinja.Text;
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
        return Collect(state, inspect: false) ?? Pieces.Join(state, start);
    }

    public override void Write(RenderState state)
    {
        var start = state.Pieces.Count;
        if (Collect(state, inspect: true) is { } sum) state.Write(state.Text(sum));
        else Pieces.Write(state, start);
    }

    /// <summary>Texts are pushed to the pieces; the sum is returned where not all are plain text.</summary>
    private Value? Collect(RenderState state, bool inspect)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var (pieces, start) = (state.Pieces, state.Pieces.Count);
        for (var i = 0; i < operands.Length; i++)
        {
            var value = inspect ? operands[i].Inspect(state) : operands[i].Evaluate(state);
            if (value is TextValue { IsMarkup: false } text) pieces.Add(text);
            else return Add(state, pieces.Count == start ? value : Arithmetic.Apply(state, Operation, Pieces.Join(state, start), value), i + 1);
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
        foreach (var part in parts) state.Pieces.Add(state.Text(part.Evaluate(state)));
        return Pieces.Join(state, start);
    }

    public override void Write(RenderState state)
    {
        var start = state.Pieces.Count;
        foreach (var part in parts) state.Pieces.Add(state.Text(part.Inspect(state)));
        Pieces.Write(state, start);
    }
}

/// <summary>The texts that an expression has pushed to <see cref="RenderState.Pieces"/>, taken off again.</summary>
internal static class Pieces
{
    public static TextValue Join(RenderState state, int start)
    {
        var pieces = state.Pieces;
        var output = new TextBuilder();
        for (var i = start; i < pieces.Count; i++)
        {
            state.Charge([pieces[i]]);
            output.Append(pieces[i], state.Owner, prompt: false, generation: 0);
        }

        pieces.RemoveRange(start, pieces.Count - start);
        return output.ToValue();
    }

    /// <summary>To the output, piece by piece.</summary>
    public static void Write(RenderState state, int start)
    {
        var pieces = state.Pieces;
        for (var i = start; i < pieces.Count; i++) state.Write(pieces[i]);
        pieces.RemoveRange(start, pieces.Count - start);
    }
}
