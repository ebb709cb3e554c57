using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Scoping;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Statements;

/// <summary><c>{% for x in items if test recursive %}…{% else %}…{% endfor %}</c>.</summary>
internal sealed class ForStatement(
    Target target, Expression items, Expression? test, bool recursive, Statement[] body, Statement[] otherwise, int line) : Statement
{
    private const string Loop = "loop";

    private readonly Target _tested = target.Copy();
    private FrameLayout? _layout, _testLayout, _otherwiseLayout;
    private FunctionScope? _function;
    private Place? _loop;

    /// <summary>Variables that the body reads as <c>name[x]</c> with the loop's own variable: an index loop over messages is recognised by them.</summary>
    private Place[] _indexed = [];

    public override IEnumerable<Expression> Expressions => test is null ? [items] : [items, test];

    public override IEnumerable<Expression> Inside => test is null ? [] : [test];

    public override IEnumerable<Statement> Bodies => body.Concat(otherwise);

    public override void Declare(Symbols symbols) => symbols.Read(items);

    public override void Bind(Symbols symbols)
    {
        symbols.Bind(items);
        _function = recursive ? symbols.Function.Inner() : null;
        BindBody(symbols.Inner(_function));
        BindTest(symbols.Inner(_function));
        var inner = symbols.Inner(_function);
        inner.Declare(otherwise);
        Symbols.Bind(inner, otherwise);
        _otherwiseLayout = inner.Layout();
    }

    private void BindBody(Symbols inner)
    {
        var inside = body.SelectMany(s => s.AllExpressions()).ToList();
        var readsLoop = recursive || inside.Any(e => e is NameExpression { Name: Loop }) || body.Any(s => s.Descendants().Any(d => d is BlockStatement { IsScoped: true }));
        if (readsLoop) inner.Parameter(Loop);
        target.DeclareParameters(inner);
        inner.Declare(body);
        target.Bind(inner);
        Symbols.Bind(inner, body);
        if (readsLoop) _loop = inner[Loop];
        if (target is { Name: { } variable, Field: null })
        {
            _indexed = [.. inside.OfType<ItemExpression>()
                .Where(i => i is { Target: NameExpression, Key: NameExpression key } && key.Name == variable)
                .Select(i => ((NameExpression)i.Target).Name).Distinct(StringComparer.Ordinal).Select(name => inner[name])];
        }

        _layout = inner.Layout();
    }

    private void BindTest(Symbols inner)
    {
        if (test is null) return;
        _tested.DeclareParameters(inner);
        inner.Read(test);
        _tested.Bind(inner);
        inner.Bind(test);
        _testLayout = inner.Layout();
    }

    public override Flow Execute(RenderState state)
    {
        state.Step();
        state.Line = line;
        var iterable = items.Evaluate(state);
        if (!recursive) return Run(state, iterable, depth: 0, recurse: null);
        Recurse(state, state.Activation, iterable, depth: 0, state.Output);
        return Flow.Next;
    }

    private void Recurse(RenderState state, Activation outer, Value iterable, int depth, Text.TextBuilder output)
    {
        var (activation, written) = (state.Activation, state.Output);
        (state.Activation, state.Output) = (new(_function!.Size, outer), output);
        Run(state, iterable, depth, (inner, next) =>
        {
            var text = new Text.TextBuilder();
            Recurse(inner, outer, next, depth + 1, text);
            return text.ToValue(inner.Escapes);
        });
        (state.Activation, state.Output) = (activation, written);
    }

    /// <returns>A jump out of <c>else</c>, which concerns the loop around this one.</returns>
    private Flow Run(RenderState state, Value iterable, int depth, Func<RenderState, Value, Value>? recurse)
    {
        var owner = state.Owner;
        var loop = new LoopValue(iterable, test is null ? null : Passing(state, iterable, test), depth, recurse);
        while (loop.MoveNext())
        {
            state.Step();
            target.Assign(state, loop.Current);
            if (_loop is { } place) state.Set(place, loop);
            _layout!.Enter(state);
            state.Owner = OwnerOf(state, loop.Current) ?? owner;
            if (ExecuteAll(body, state) == Flow.Break) break;
        }

        state.Owner = owner;
        if (loop.Index >= 0 || otherwise.Length == 0) return Flow.Next;
        _otherwiseLayout!.Enter(state);
        return ExecuteAll(otherwise, state);
    }

    /// <summary>What passes the test, looked for only as the loop goes on: the body may change what the test reads.</summary>
    private IEnumerable<Value> Passing(RenderState state, Value iterable, Expression test)
    {
        var (activation, first) = (state.Activation, true);
        foreach (var element in iterable.Iterate())
        {
            state.Step();
            var outer = state.Activation; // a macro may ask what comes next
            state.Activation = activation;
            if (first) _testLayout!.Enter(state);
            first = false;
            _tested.Assign(state, element);
            var passes = test.IsTrue(state);
            state.Activation = outer;
            if (passes) yield return element;
        }
    }

    /// <summary>The message that the iteration is about: the element itself, or the one that the index names.</summary>
    private int? OwnerOf(RenderState state, Value element)
    {
        if (element is MapValue { Message: >= 0 } message) return message.Message;
        if (_indexed.Length == 0 || Numbers.AsIndex(element) is not { } index) return null;
        foreach (var place in _indexed)
            if (state.Find(place) is ListValue list && index >= 0 && index < list.Items.Length && list.Items[(int)index] is MapValue { Message: >= 0 } indexed)
                return indexed.Message;
        return null;
    }
}
