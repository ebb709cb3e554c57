using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Statements;

/// <summary><c>{% for x in items if test recursive %}…{% else %}…{% endfor %}</c>.</summary>
internal sealed class ForStatement(
    Target target, Expression items, Expression? test, bool recursive, IReadOnlyList<Statement> body, IReadOnlyList<Statement> otherwise, int line) : Statement
{
    private static readonly string Loop = string.Intern("loop");

    /// <summary>Variables that the body reads as <c>name[x]</c> with the loop's own variable: an index loop over messages is recognised by them.</summary>
    private readonly string[] _indexed = target.Name is { } variable && target.Field is null
        ? [.. body.SelectMany(s => s.AllExpressions()).OfType<ItemExpression>()
            .Where(i => i is { Target: NameExpression, Key: NameExpression key } && ReferenceEquals(key.Name, variable))
            .Select(i => ((NameExpression)i.Target).Name).Distinct(StringComparer.Ordinal)]
        : [];

    public override IEnumerable<Expression> Expressions => test is null ? [items] : [items, test];

    public override IEnumerable<Statement> Bodies => body.Concat(otherwise);

    public Target Target => target;

    public override Flow Execute(RenderState state)
    {
        state.Line = line;
        Run(state, items.Evaluate(state), depth: 0);
        return Flow.Next;
    }

    private void Run(RenderState state, Value iterable, int depth)
    {
        var (scope, owner) = (state.Scope, state.Owner);
        var elements = Elements(state, scope, iterable);
        var loop = new LoopValue(elements, depth, recursive ? Recurse : null);
        for (; loop.Index < elements.Count; loop.Index++)
        {
            state.Step();
            state.Scope = new(scope);
            var element = elements[loop.Index];
            target.Assign(state, element);
            state.Scope.Set(Loop, loop);
            state.Owner = OwnerOf(state, element) ?? owner;
            if (ExecuteAll(body, state) == Flow.Break) break;
        }

        (state.Scope, state.Owner) = (scope, owner);
        if (elements.Count > 0 || otherwise.Count == 0) return;
        state.Scope = new(scope);
        ExecuteAll(otherwise, state);
        state.Scope = scope;

        Value Recurse(RenderState inner, Value next)
        {
            var outer = inner.Scope;
            inner.Scope = scope;
            var text = inner.Capture(() => Run(inner, next, depth + 1));
            inner.Scope = outer;
            return text;
        }
    }

    private List<Value> Elements(RenderState state, Scope scope, Value iterable)
    {
        if (test is null) return [.. Count(state, iterable.Iterate())];
        var kept = new List<Value>();
        foreach (var element in Count(state, iterable.Iterate()))
        {
            state.Scope = new(scope);
            target.Assign(state, element);
            state.Scope.Set(Loop, new UndefinedValue("the loop variable 'loop' is not available in the filter of a for loop"));
            if (test.Evaluate(state).IsTrue) kept.Add(element);
        }

        state.Scope = scope;
        return kept;
    }

    private static IEnumerable<Value> Count(RenderState state, IEnumerable<Value> elements)
    {
        foreach (var element in elements)
        {
            state.Step();
            yield return element;
        }
    }

    /// <summary>The message that the iteration is about: the element itself, or the one that the index names.</summary>
    private int? OwnerOf(RenderState state, Value element)
    {
        if (element is MapValue { Message: >= 0 } message) return message.Message;
        if (_indexed.Length == 0 || Numbers.AsIndex(element) is not { } index) return null;
        foreach (var name in _indexed)
            if (state.Scope.Find(name) is ListValue list && index >= 0 && index < list.Items.Count && list.Items[(int)index] is MapValue { Message: >= 0 } indexed)
                return indexed.Message;
        return null;
    }
}
