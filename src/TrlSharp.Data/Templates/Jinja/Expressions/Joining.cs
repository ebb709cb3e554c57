using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Expressions;

/// <summary><c>a + b + c</c>: a chain of texts is joined once, and printed without being joined; anything else is added from left to right.</summary>
internal sealed class SumExpression(params Expression[] operands) : Expression
{
    public override IEnumerable<Expression> Children => operands;

    /// <summary>One operand more.</summary>
    public SumExpression Plus(Expression operand) => new([.. operands, operand]);

    public override Value Evaluate(RenderState state)
    {
        state.GuardStack();
        var (pieces, start) = (state.Pieces, state.Pieces.Count);
        for (var i = 0; i < operands.Length; i++)
        {
            var value = operands[i].Evaluate(state);
            if (value is TextValue { IsMarkup: false } text) pieces.Push(text);
            else return Add(state, pieces.Count == start ? null : pieces.Join(state, start), value, i + 1);
        }

        return pieces.Join(state, start);
    }

    public override void Write(RenderState state)
    {
        state.GuardStack();
        var start = state.Output.Length;
        for (var i = 0; i < operands.Length; i++)
        {
            var value = operands[i].Inspect(state);
            if (value is TextValue { IsMarkup: false } text)
            {
                state.Write(text);
                continue;
            }

            // Markup escapes what stands before it; nothing else can follow a text.
            state.Write(state.Text(Add(state, i == 0 ? null : state.Output.TakeFrom(start), value, i + 1)));
            return;
        }
    }

    /// <summary>What was joined so far, an operand that is no plain text, and the operands behind it.</summary>
    private Value Add(RenderState state, TextValue? before, Value value, int from)
    {
        var sum = before is null ? value : Arithmetic.Apply(state, ArithmeticOperator.Add, before, value);
        for (var i = from; i < operands.Length; i++) sum = Arithmetic.Apply(state, ArithmeticOperator.Add, sum, operands[i].Evaluate(state));
        return sum;
    }
}

/// <summary><c>a ~ b ~ c</c>: the texts joined.</summary>
/// <param name="parts">The parts.</param>
/// <param name="plain">Inside of an <c>autoescape</c> by a variable, where Jinja2 joins texts without looking at marks.</param>
internal sealed class ConcatenationExpression(Expression[] parts, bool plain) : Expression
{
    /// <summary>Jinja2 joins constants while it compiles, and forgets then which of them were marked safe.</summary>
    private readonly bool _joins = plain || parts.All(p => p.IsFoldable);

    public override IEnumerable<Expression> Children => parts;

    public override Value Evaluate(RenderState state)
    {
        state.GuardStack();
        if (state.Escapes && !_joins) return Escaped(state);
        var start = state.Pieces.Count;
        foreach (var part in parts) state.Pieces.Push(state.Text(part.Evaluate(state)));
        return state.Pieces.Join(state, start);
    }

    /// <summary>One part that is marked safe makes all of it so, the others escaped.</summary>
    private TextValue Escaped(RenderState state)
    {
        var start = state.Pieces.Count;
        var texts = parts.Select(part => state.Text(part.Evaluate(state))).ToList();
        var markup = texts.Exists(text => text.IsMarkup);
        foreach (var text in texts) state.Pieces.Push(markup ? Escaping.Escape(text) : text);
        return state.Pieces.Join(state, start).AsMarkup(markup);
    }

    public override void Write(RenderState state)
    {
        state.GuardStack();
        foreach (var part in parts) state.Write(state.Text(part.Inspect(state)));
    }
}
