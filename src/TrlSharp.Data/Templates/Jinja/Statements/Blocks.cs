using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Scoping;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Statements;

/// <summary>
/// <c>{% block name %}…{% endblock %}</c>: as no template extends another here, it is written where it stands, and by <c>self.name()</c>. It sees what the
/// template has assigned outside of loops and other blocks so far; a scoped one, where it stands, also what is around it.
/// </summary>
internal sealed class BlockStatement(string name, bool scoped, bool required, Statement[] body, int line) : Statement
{
    private FunctionScope? _function;
    private FrameLayout? _layout, _scopedLayout;

    public string Name => name;

    /// <summary>Whether it reads the variables around it where it stands.</summary>
    public bool IsScoped => scoped;

    public override IEnumerable<Statement> Bodies => body;

    public override void Declare(Symbols symbols)
    {
        // Nothing of it belongs to the block around.
    }

    public override void Bind(Symbols symbols)
    {
        var template = symbols.Template;
        _function = template.Function.Inner();
        var own = template.Block(_function);
        // Values are taken when the block is entered, those of blocks inside too: nothing in it can change them.
        foreach (var read in body.SelectMany(s => s.AllExpressions()).OfType<NameExpression>()) own.Read(read.Name);
        own.Declare(body);
        Symbols.Bind(own, body);
        _layout = own.BlockLayout(template, _function);
        _scopedLayout = scoped ? own.BlockLayout(symbols, symbols.Function.Inner()) : null;
    }

    public override Flow Execute(RenderState state)
    {
        Run(state, scoped ? state.Activation : state.Template, _scopedLayout ?? _layout!);
        return Flow.Next;
    }

    /// <summary>What <c>self.name()</c> gives.</summary>
    public TextValue Call(RenderState state)
    {
        var outer = state.Output;
        state.Output = new TextBuilder();
        Run(state, state.Template, _layout!);
        var text = state.Output.ToValue(state.Escapes);
        state.Output = outer;
        return text;
    }

    private void Run(RenderState state, Activation around, FrameLayout layout)
    {
        state.Step();
        state.Line = line;
        if (required) throw EvaluationException.Runtime($"Required block '{name}' not found");
        var outer = (state.Activation, state.Escapes);
        (state.Activation, state.Escapes) = (new(_function!.Size, around), false);
        layout.Enter(state);
        ExecuteAll(body, state);
        (state.Activation, state.Escapes) = outer;
    }
}

/// <summary><c>{% autoescape condition %}…{% endautoescape %}</c>: what is printed inside is escaped for HTML unless it is marked safe. Variables set inside stay inside.</summary>
internal sealed class AutoescapeStatement(Expression condition, Statement[] body) : Statement
{
    private FrameLayout? _layout;

    public override IEnumerable<Expression> Expressions => [condition];

    public override IEnumerable<Expression> Inside => Expressions;

    public override IEnumerable<Statement> Bodies => body;

    public override void Declare(Symbols symbols)
    {
        // The condition too is read inside.
    }

    public override void Bind(Symbols symbols)
    {
        var inner = symbols.Inner();
        inner.Read(condition);
        inner.Declare(body);
        Symbols.Bind(inner, body);
        base.Bind(inner);
        _layout = inner.Layout();
    }

    public override Flow Execute(RenderState state)
    {
        state.Step();
        _layout!.Enter(state);
        var outer = state.Escapes;
        state.Escapes = condition.IsTrue(state);
        var flow = ExecuteAll(body, state);
        state.Escapes = outer;
        return flow;
    }
}
