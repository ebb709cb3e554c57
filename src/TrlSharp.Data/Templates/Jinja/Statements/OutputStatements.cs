using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Scoping;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Statements;

/// <summary>Text of the template outside of tags.</summary>
internal sealed class TextStatement(string text, Origin origin) : Statement
{
    public bool IsWhiteSpace => text.All(PythonText.IsSpace);

    private readonly RenderedSpan _run = Runs.Exact(text.Length, origin);

    public override Flow Execute(RenderState state)
    {
        state.Charge(text.Length);
        state.Output.Append(text, _run, state.Owner, state.Prompt, state.Generation);
        return Flow.Next;
    }
}

/// <summary><c>{{ expression }}</c>.</summary>
/// <param name="expression">What is written.</param>
/// <param name="here">Where.</param>
/// <param name="escapesConstants">Whether the block around escapes as far as can be known before it runs: Jinja2 writes constants while it compiles.</param>
internal sealed class OutputStatement(Expression expression, Origin here, bool escapesConstants = false) : Statement
{
    private readonly bool _isConstant = expression.IsConstant;

    public override IEnumerable<Expression> Expressions => [expression];

    public override Flow Execute(RenderState state)
    {
        state.Step();
        state.Line = here.Line;
        state.Here = here;
        if (state.Owner >= 0)
        {
            Write(state);
            return Flow.Next;
        }

        var output = state.Output;
        output.Open();
        Write(state);
        NearestOwner.Assign(output.Opened);
        output.Close();
        return Flow.Next;
    }

    private void Write(RenderState state)
    {
        if (_isConstant ? escapesConstants : state.Escapes) state.Write(Escaping.Escape(state.Text(expression.Evaluate(state))));
        else expression.Write(state);
    }
}

/// <summary><c>{% print a, b %}</c>: each of them.</summary>
internal sealed class PrintStatement(Statement[] outputs) : Statement
{
    public override IEnumerable<Statement> Bodies => outputs;

    public override void Declare(Symbols symbols) => symbols.Declare(outputs);

    public override void Bind(Symbols symbols) => Symbols.Bind(symbols, outputs);

    public override Flow Execute(RenderState state) => ExecuteAll(outputs, state);
}

/// <summary><c>{% generation %}…{% endgeneration %}</c>: transparent; the range is recorded. Variables set inside stay inside, as in transformers.</summary>
internal sealed class GenerationStatement(Statement[] body) : Statement
{
    private static readonly (string Name, Value Empty)[] Special =
        [("caller", new UndefinedValue("No caller defined")), ("kwargs", MapValue.Empty), ("varargs", new ListValue([], tuple: true))];

    private FrameLayout? _layout;
    private (Place Place, Value Value)[] _special = [];

    public override IEnumerable<Statement> Bodies => body;

    public override void Bind(Symbols symbols)
    {
        var inner = symbols.Inner();
        inner.Declare(body);
        // Jinja2 makes it a call block, whose special variables are empty here.
        var read = body.SelectMany(s => s.AllExpressions()).OfType<NameExpression>().Select(n => n.Name).ToHashSet();
        foreach (var (name, _) in Special)
            if (read.Contains(name)) inner.Parameter(name);
        Symbols.Bind(inner, body);
        _special = [.. Special.Where(s => read.Contains(s.Name)).Select(s => (inner[s.Name], s.Empty))];
        _layout = inner.Layout();
    }

    public override Flow Execute(RenderState state)
    {
        var outer = state.Generation;
        _layout!.Enter(state);
        foreach (var (place, value) in _special) state.Set(place, value);
        if (outer == 0) state.Generation = state.NextGeneration();
        ExecuteAll(body, state);
        state.Generation = outer;
        return Flow.Next;
    }
}

/// <summary><c>{% filter upper %}…{% endfilter %}</c>.</summary>
internal sealed class FilterStatement(FilterExpression filter, Statement[] body, Origin here) : Statement
{
    private FrameLayout? _layout;

    public override IEnumerable<Expression> Expressions => [filter];

    public override IEnumerable<Expression> Inside => Expressions;

    public override IEnumerable<Statement> Bodies => body;

    public override void Bind(Symbols symbols)
    {
        var inner = symbols.Inner();
        inner.Declare(body);
        inner.Read(filter);
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
        state.Here = here;
        state.Output.Append(Written(filter.ApplyChain(state, text)), state.Owner, state.Prompt, state.Generation);
        return Flow.Next;
    }
}
