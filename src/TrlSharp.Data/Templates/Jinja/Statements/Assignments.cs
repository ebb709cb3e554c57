using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Statements;

/// <summary>What can stand left of <c>=</c> or after <c>for</c>: a name, <c>ns.name</c>, or a tuple of these.</summary>
internal sealed record Target(string? Name, string? Field, IReadOnlyList<Target>? Parts)
{
    public static Target Variable(string name) => new(name, null, null);

    /// <summary>The variables that are bound.</summary>
    public IEnumerable<string> Names => Parts is not null ? Parts.SelectMany(p => p.Names) : Field is null ? [Name!] : [];

    public void Assign(RenderState state, Value value)
    {
        if (Parts is not null)
        {
            Unpack(state, value);
            return;
        }

        if (Field is null)
        {
            state.Scope.Set(Name!, value);
            return;
        }

        if (state.Scope.Find(Name!) is not NamespaceValue space) throw EvaluationException.Runtime("cannot assign attribute on non-namespace object");
        space.Set(Field, value);
    }

    private void Unpack(RenderState state, Value value)
    {
        if (value is UndefinedValue undefined) throw undefined.Fail();
        if (!value.IsIterable) throw EvaluationException.Runtime($"cannot unpack non-iterable {value.TypeName} object");
        var values = value.Iterate().Take(Parts!.Count + 1).ToList();
        if (values.Count != Parts.Count)
            throw EvaluationException.Runtime(values.Count > Parts.Count ? $"too many values to unpack (expected {Parts.Count})" : $"not enough values to unpack (expected {Parts.Count}, got {values.Count})");
        for (var i = 0; i < values.Count; i++) Parts[i].Assign(state, values[i]);
    }
}

/// <summary><c>{% set x = expression %}</c>.</summary>
internal sealed class SetStatement(Target target, Expression expression, Origin here) : Statement
{
    public Target Target => target;

    public override IEnumerable<Expression> Expressions => [expression];

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
internal sealed class SetBlockStatement(Target target, FilterExpression? filter, IReadOnlyList<Statement> body, Origin here) : Statement
{
    public Target Target => target;

    public override IEnumerable<Expression> Expressions => filter is null ? [] : [filter];

    public override IEnumerable<Statement> Bodies => body;

    public override Flow Execute(RenderState state)
    {
        state.Step();
        var scope = state.Scope;
        state.Scope = new(scope);
        var text = state.Capture(() => ExecuteAll(body, state));
        state.Scope = scope;
        (state.Here, state.Line) = (here, here.Line);
        target.Assign(state, filter is null ? text : filter.ApplyChain(state, text));
        return Flow.Next;
    }
}

/// <summary><c>{% with a = 1 %}…{% endwith %}</c>: values are evaluated outside.</summary>
internal sealed class WithStatement(IReadOnlyList<(Target Target, Expression Value)> variables, IReadOnlyList<Statement> body) : Statement
{
    public override IEnumerable<Expression> Expressions => variables.Select(v => v.Value);

    public override IEnumerable<Statement> Bodies => body;

    public override Flow Execute(RenderState state)
    {
        var scope = state.Scope;
        var values = variables.Select(v => v.Value.Evaluate(state)).ToList();
        state.Scope = new(scope);
        for (var i = 0; i < values.Count; i++) variables[i].Target.Assign(state, values[i]);
        var flow = ExecuteAll(body, state);
        state.Scope = scope;
        return flow;
    }
}
