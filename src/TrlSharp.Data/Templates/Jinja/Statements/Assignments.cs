using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Scoping;

namespace TrlSharp.Templates.Jinja.Statements;

/// <summary><c>{% set x = expression %}</c>.</summary>
internal sealed class SetStatement(Target target, Expression expression, Origin here) : Statement
{
    public override IEnumerable<Expression> Expressions => [expression];

    public override void Declare(Symbols symbols)
    {
        base.Declare(symbols);
        target.Declare(symbols);
    }

    public override void Bind(Symbols symbols)
    {
        base.Bind(symbols);
        target.Bind(symbols);
    }

    public override Flow Execute(RenderState state)
    {
        state.Step();
        state.Line = here.Line;
        state.Here = here;
        target.Assign(state, expression.Evaluate(state));
        return Flow.Next;
    }
}

/// <summary><c>{% set x %}…{% endset %}</c>, with an optional filter.</summary>
internal sealed class SetBlockStatement(Target target, FilterExpression? filter, Statement[] body, Origin here) : Statement
{
    private FrameLayout? _layout;

    public override IEnumerable<Expression> Expressions => filter is null ? [] : [filter];

    public override IEnumerable<Expression> Inside => Expressions;

    public override IEnumerable<Statement> Bodies => body;

    public override void Declare(Symbols symbols) => target.Declare(symbols);

    public override void Bind(Symbols symbols)
    {
        target.Bind(symbols);
        var inner = symbols.Inner();
        inner.Declare(body);
        if (filter is not null) inner.Read(filter);
        Symbols.Bind(inner, body);
        base.Bind(inner);
        _layout = inner.Layout();
    }

    public override Flow Execute(RenderState state)
    {
        state.Step();
        _layout!.Enter(state);
        var (captured, flow) = state.Capture(body);
        if (flow != Flow.Next) return flow; // what was written before the jump is lost, as in Jinja2
        var text = captured.AsMarkup(state.Escapes);
        (state.Here, state.Line) = (here, here.Line);
        var value = filter is null ? text : filter.ApplyChain(state, text);
        target.Assign(state, state.Escapes ? state.Text(value).AsMarkup(true) : value);
        return Flow.Next;
    }
}

/// <summary><c>{% with a = 1 %}…{% endwith %}</c>: values are evaluated outside.</summary>
internal sealed class WithStatement(IReadOnlyList<(Target Target, Expression Value)> variables, Statement[] body) : Statement
{
    private FrameLayout? _layout;

    public override IEnumerable<Expression> Expressions => variables.Select(v => v.Value);

    public override IEnumerable<Statement> Bodies => body;

    public override void Bind(Symbols symbols)
    {
        base.Bind(symbols);
        var inner = symbols.Inner();
        foreach (var (target, _) in variables) target.DeclareParameters(inner);
        inner.Declare(body);
        foreach (var (target, _) in variables) target.Bind(inner);
        Symbols.Bind(inner, body);
        _layout = inner.Layout();
    }

    public override Flow Execute(RenderState state)
    {
        state.Step();
        _layout!.Enter(state);
        foreach (var (target, value) in variables) target.Assign(state, value.Evaluate(state));
        return ExecuteAll(body, state);
    }
}
