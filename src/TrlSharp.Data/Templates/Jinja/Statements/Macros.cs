using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Statements;

/// <summary>Parameters and body of a macro or call block.</summary>
/// <param name="Name">For messages; null for a call block.</param>
/// <param name="Parameters">Names, with defaults from some point on.</param>
/// <param name="Body">What it writes.</param>
internal sealed record MacroBody(string? Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlyList<Statement> Body)
{
    private static readonly string Varargs = string.Intern("varargs");
    private static readonly string Kwargs = string.Intern("kwargs");
    private static readonly string Caller = string.Intern("caller");

    private readonly HashSet<string> _reads =
        [.. Body.SelectMany(s => s.AllExpressions()).OfType<NameExpression>().Select(n => n.Name)];

    public CallableValue Close(RenderState state)
    {
        var scope = state.Scope;
        var here = state.Run;
        return new(Name ?? "caller", (inner, arguments) => Call(inner, scope, arguments), attribute => attribute switch
        {
            "name" => TextValue.Of(Name ?? "caller", here),
            "arguments" => new ListValue([.. Parameters.Select(p => TextValue.Of(p.Name, here))], tuple: true),
            "caller" => BooleanValue.Of(_reads.Contains(Caller)),
            "catch_kwargs" => BooleanValue.Of(_reads.Contains(Kwargs)),
            "catch_varargs" => BooleanValue.Of(_reads.Contains(Varargs)),
            _ => null,
        });
    }

    private TextValue Call(RenderState state, Scope definedIn, Arguments arguments)
    {
        var outer = (state.Scope, state.Prompt, state.Generation);
        state.Scope = new(definedIn);
        Bind(state, arguments);
        var text = state.Capture(() =>
        {
            foreach (var statement in Body) statement.Execute(state);
        });
        (state.Scope, state.Prompt, state.Generation) = outer;
        return text;
    }

    private void Bind(RenderState state, Arguments arguments)
    {
        var named = new List<KeyValuePair<string, Value>>(arguments.Named);
        var missing = new bool[Parameters.Count];
        for (var i = 0; i < Parameters.Count; i++)
        {
            var name = Parameters[i].Name;
            var at = i < arguments.Positional.Count ? -1 : named.FindIndex(n => n.Key == name);
            missing[i] = i >= arguments.Positional.Count && at < 0;
            state.Scope.Set(name, i < arguments.Positional.Count ? arguments.Positional[i] : at >= 0 ? named[at].Value : new UndefinedValue($"parameter '{name}' was not provided"));
            if (at >= 0) named.RemoveAt(at);
        }

        // Defaults see the other parameters, given or not, and nothing of the same name outside.
        for (var i = 0; i < Parameters.Count; i++)
            if (missing[i] && Parameters[i].Default is { } fallback) state.Scope.Set(Parameters[i].Name, fallback.Evaluate(state));
        BindRest(state, arguments, named);
    }

    /// <summary><c>caller</c>, <c>varargs</c> and <c>kwargs</c> exist only in macros that read them; otherwise surplus arguments are refused.</summary>
    private void BindRest(RenderState state, Arguments arguments, List<KeyValuePair<string, Value>> named)
    {
        if (_reads.Contains(Caller) && !Parameters.Any(p => p.Name == Caller))
        {
            var at = named.FindIndex(n => n.Key == Caller);
            state.Scope.Set(Caller, at >= 0 ? named[at].Value : new UndefinedValue("No caller defined"));
            if (at >= 0) named.RemoveAt(at);
        }

        if (_reads.Contains(Kwargs)) state.Scope.Set(Kwargs, MapValue.From(named.Select(n => KeyValuePair.Create<Value, Value>(TextValue.Of(n.Key, state.Run), n.Value))));
        else if (named.Count > 0) throw EvaluationException.Runtime($"macro '{Name}' takes no keyword argument '{named[0].Key}'");

        var rest = arguments.Positional.Skip(Parameters.Count).ToList();
        if (_reads.Contains(Varargs)) state.Scope.Set(Varargs, new ListValue(rest, tuple: true));
        else if (rest.Count > 0) throw EvaluationException.Runtime($"macro '{Name}' takes not more than {Parameters.Count} argument(s)");
    }
}

/// <summary><c>{% macro name(a, b=1) %}…{% endmacro %}</c>.</summary>
internal sealed class MacroStatement(MacroBody macro) : Statement
{
    public override IEnumerable<Expression> Expressions => macro.Parameters.Select(p => p.Default).OfType<Expression>();

    public override IEnumerable<Statement> Bodies => macro.Body;

    public override Flow Execute(RenderState state)
    {
        state.Scope.Set(macro.Name!, macro.Close(state));
        return Flow.Next;
    }
}

/// <summary><c>{% call(a) macro(b) %}…{% endcall %}</c>.</summary>
internal sealed class CallStatement(CallExpression call, MacroBody caller, Origin here) : Statement
{
    public override IEnumerable<Expression> Expressions => caller.Parameters.Select(p => p.Default).OfType<Expression>().Prepend(call);

    public override IEnumerable<Statement> Bodies => caller.Body;

    public override Flow Execute(RenderState state)
    {
        state.Step();
        (state.Here, state.Line) = (here, here.Line);
        var text = Written(call.Evaluate(state, caller.Close(state)));
        state.Output.Append(text, state.Owner, state.Prompt, state.Generation);
        return Flow.Next;
    }
}
