using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Scoping;

namespace TrlSharp.Templates.Jinja.Statements;

/// <summary><c>{% if %}…{% elif %}…{% else %}…{% endif %}</c>.</summary>
/// <param name="branches">Tests with their bodies; a null test is else.</param>
/// <param name="readsPrompt">Whether a test reads <c>add_generation_prompt</c>, directly or through a variable.</param>
internal sealed class IfStatement((Expression? Test, Statement[] Body, int Line)[] branches, bool readsPrompt) : Statement
{
    public override IEnumerable<Expression> Expressions => branches.Select(b => b.Test).OfType<Expression>();

    public override IEnumerable<Statement> Bodies => branches.SelectMany(b => b.Body);

    public override void Declare(Symbols symbols)
    {
        symbols.Read(branches[0].Test!);
        symbols.Branches(
            first => first.Declare(branches[0].Body),
            middle =>
            {
                foreach (var (test, body, _) in branches.Skip(1).Where(b => b.Test is not null))
                {
                    middle.Read(test!);
                    middle.Branches(taken => taken.Declare(body), _ => { }, _ => { });
                }
            },
            last =>
            {
                if (branches[^1].Test is null) last.Declare(branches[^1].Body);
            });
    }

    public override void Bind(Symbols symbols)
    {
        base.Bind(symbols);
        foreach (var (_, body, _) in branches) Symbols.Bind(symbols, body);
    }

    public override Flow Execute(RenderState state)
    {
        foreach (var (test, body, line) in branches)
        {
            state.Step();
            state.Line = line;
            if (test is not null && !test.IsTrue(state)) continue;
            var outer = state.Prompt;
            state.Prompt |= readsPrompt;
            var flow = ExecuteAll(body, state);
            state.Prompt = outer;
            return flow;
        }

        return Flow.Next;
    }
}

/// <summary><c>{% break %}</c>, <c>{% continue %}</c>.</summary>
internal sealed class JumpStatement(Flow flow) : Statement
{
    public override Flow Execute(RenderState state)
    {
        state.Step();
        return flow;
    }
}

/// <summary><c>{% do expression %}</c>.</summary>
internal sealed class DoStatement(Expression expression, int line) : Statement
{
    public override IEnumerable<Expression> Expressions => [expression];

    public override Flow Execute(RenderState state)
    {
        state.Step();
        state.Line = line;
        expression.Evaluate(state);
        return Flow.Next;
    }
}
