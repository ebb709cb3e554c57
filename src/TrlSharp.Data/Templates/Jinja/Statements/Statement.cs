using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Scoping;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Statements;

/// <summary>A node that writes output or changes variables.</summary>
internal abstract class Statement
{
    public abstract Flow Execute(RenderState state);

    /// <summary>Tells the block around which variables it reads and assigns; blocks inside are not looked into.</summary>
    public virtual void Declare(Symbols symbols)
    {
        foreach (var expression in Expressions) symbols.Read(expression);
    }

    /// <summary>Finds the places of variables, once all of the block around is declared.</summary>
    public virtual void Bind(Symbols symbols)
    {
        foreach (var expression in Expressions) symbols.Bind(expression);
    }

    /// <summary>The expressions directly inside.</summary>
    public virtual IEnumerable<Expression> Expressions => [];

    /// <summary>Those of the expressions that are evaluated in a block of their own.</summary>
    public virtual IEnumerable<Expression> Inside => [];

    /// <summary>The statements directly inside.</summary>
    public virtual IEnumerable<Statement> Bodies => [];

    /// <summary>All expressions inside, at any depth.</summary>
    public IEnumerable<Expression> AllExpressions() =>
        Expressions.SelectMany(e => e.Descendants()).Concat(Bodies.SelectMany(b => b.AllExpressions()));

    /// <summary>This statement and all inside.</summary>
    public IEnumerable<Statement> Descendants() => Bodies.SelectMany(b => b.Descendants()).Prepend(this);

    /// <summary>What filter and call blocks write: Jinja2 joins it as it is, so that only text can be written.</summary>
    protected static TextValue Written(Value value) => value as TextValue ?? throw EvaluationException.Runtime($"sequence item: expected str instance, {value.TypeName} found");

    public static Flow ExecuteAll(Statement[] body, RenderState state)
    {
        state.GuardStack();
        foreach (var statement in body)
            if (statement.Execute(state) is not Flow.Next and var flow) return flow;
        return Flow.Next;
    }
}

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}
