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
        if (_isConstant ? escapesConstants : state.Escapes) state.Write(NearestOwner.Assign(Escaping.Escape(state.Text(expression.Evaluate(state)))));
        else if (state.Owner >= 0) expression.Write(state);
        else state.Write(NearestOwner.Assign(state.Text(expression.Evaluate(state))));
        return Flow.Next;
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

/// <summary>
/// Outside of loops over messages (<c>{{ '[INST] ' + messages[0].content }}</c>) literals belong to the message whose data stand nearest in the same output.
/// </summary>
internal static class NearestOwner
{
    public static TextValue Assign(TextValue text)
    {
        var runs = text.Runs;
        if (runs.Length < 2 || !Mixes(runs)) return text;
        var assigned = new RenderedSpan[runs.Length];
        for (var i = 0; i < runs.Length; i++)
            assigned[i] = runs[i].Origin.Kind == OriginKind.Literal && runs[i].Owner < 0 ? runs[i] with { Owner = Nearest(runs, i) } : runs[i];
        return new(text.Text, assigned, text.IsMarkup, text.Generations);
    }

    /// <summary>Whether there are both data and literals that nobody owns.</summary>
    private static bool Mixes(ReadOnlySpan<RenderedSpan> runs)
    {
        var (data, literals) = (false, false);
        foreach (ref readonly var run in runs)
        {
            data |= IsData(run);
            literals |= run.Origin.Kind == OriginKind.Literal && run.Owner < 0;
        }

        return data && literals;
    }

    /// <summary>Fewest characters between; the following message wins a tie, since literals mostly open what follows.</summary>
    private static int Nearest(ReadOnlySpan<RenderedSpan> runs, int at)
    {
        var (before, distanceBefore) = Walk(runs, at, -1);
        var (after, distanceAfter) = Walk(runs, at, 1);
        return after >= 0 && (before < 0 || distanceAfter <= distanceBefore) ? after : before;
    }

    private static (int Message, int Distance) Walk(ReadOnlySpan<RenderedSpan> runs, int at, int step)
    {
        var distance = 0;
        for (var i = at + step; i >= 0 && i < runs.Length; distance += runs[i].Length, i += step)
            if (IsData(runs[i])) return (runs[i].Origin.Message, distance);
        return (-1, int.MaxValue);
    }

    private static bool IsData(in RenderedSpan run) => run.Origin.Kind == OriginKind.Data;
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
        var text = state.Capture(body).AsMarkup(state.Escapes);
        state.Here = here;
        state.Output.Append(Written(filter.ApplyChain(state, text)), state.Owner, state.Prompt, state.Generation);
        return Flow.Next;
    }
}
