using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Scoping;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Statements;

/// <summary>Parameters and body of a macro or call block.</summary>
/// <param name="name">For messages; null for a call block.</param>
/// <param name="parameters">Names, with defaults from some point on.</param>
/// <param name="body">What it writes.</param>
internal sealed class MacroBody(string? name, IReadOnlyList<(string Name, Expression? Default)> parameters, Statement[] body)
{
    private Place[] _places = [];
    private Place? _caller, _varargs, _kwargs;
    private FunctionScope? _function;
    private FrameLayout? _layout;

    public string? Name => name;

    public Statement[] Body => body;

    public IEnumerable<Expression> Defaults => parameters.Select(p => p.Default).OfType<Expression>();

    public void Bind(Symbols around)
    {
        _function = around.Function.Inner();
        var symbols = around.Inner(_function);
        foreach (var (parameter, _) in parameters) symbols.Parameter(parameter);
        foreach (var fallback in Defaults) symbols.Read(fallback);
        symbols.Declare(body);
        _caller = Special(symbols, "caller");
        _kwargs = Special(symbols, "kwargs");
        _varargs = Special(symbols, "varargs");
        foreach (var fallback in Defaults) symbols.Bind(fallback);
        Symbols.Bind(symbols, body);
        _places = [.. parameters.Select(p => symbols[p.Name])];
        _layout = symbols.Layout();
    }

    /// <summary>A variable that exists only in macros that read it; null where it is not read, or an ordinary parameter.</summary>
    private Place? Special(Symbols symbols, string special)
    {
        if (!Reads(special) || parameters.Any(p => p.Name == special)) return null;
        symbols.Parameter(special);
        return symbols[special];
    }

    /// <summary>Blocks inside do not count: they are functions of the template.</summary>
    private bool Reads(string special) => body.SelectMany(OutsideBlocks).Any(e => e is NameExpression read && read.Name == special);

    private static IEnumerable<Expression> OutsideBlocks(Statement statement) => statement is BlockStatement ? []
        : statement.Expressions.SelectMany(e => e.Descendants()).Concat(statement.Bodies.SelectMany(OutsideBlocks));

    public MacroValue Close(RenderState state) => new(this, state.Activation, state.Run, state.Escapes);

    /// <summary>What a template can ask of it.</summary>
    public Value? Attribute(string attribute, in RenderedSpan here)
    {
        var run = here;
        return attribute switch
        {
            "name" => name is null ? NoneValue.Instance : TextValue.Of(name, run),
            "arguments" => new ListValue([.. parameters.Select(p => TextValue.Of(p.Name, run))], tuple: true),
            "caller" => BooleanValue.Of(Reads("caller")),
            "catch_kwargs" => BooleanValue.Of(_kwargs is not null),
            "catch_varargs" => BooleanValue.Of(_varargs is not null),
            "explicit_caller" => BooleanValue.Of(parameters.Any(p => p.Name == "caller")),
            _ => null,
        };
    }

    public TextValue Call(RenderState state, Activation definedIn, bool escapes, Arguments arguments)
    {
        var outer = (state.Activation, state.Prompt, state.Generation, state.Escapes);
        state.Activation = new(_function!.Size, definedIn);
        var missing = Bind(state, arguments);
        _layout!.Enter(state);
        // Defaults see the other parameters, given or not, and nothing of the same name outside.
        for (var i = 0; i < parameters.Count; i++)
            if (missing[i]) state.Set(_places[i], parameters[i].Default?.Evaluate(state) ?? new UndefinedValue($"parameter '{parameters[i].Name}' was not provided"));
        state.Escapes = escapes;
        var (text, _) = state.Capture(body);
        (state.Activation, state.Prompt, state.Generation, state.Escapes) = outer;
        return text.AsMarkup(state.Escapes);
    }

    private bool[] Bind(RenderState state, Arguments arguments)
    {
        var missing = parameters.Count == 0 ? [] : new bool[parameters.Count];
        if (arguments.Named.Count == 0 && _caller is null && _kwargs is null && _varargs is null && arguments.Positional.Length <= parameters.Count)
        {
            for (var i = 0; i < missing.Length; i++)
            {
                missing[i] = i >= arguments.Positional.Length;
                if (!missing[i]) state.Set(_places[i], arguments.Positional[i]);
            }

            return missing;
        }

        var named = new List<KeyValuePair<string, Value>>(arguments.Named);
        for (var i = 0; i < parameters.Count; i++)
        {
            var at = i < arguments.Positional.Length ? -1 : named.FindIndex(n => n.Key == parameters[i].Name);
            missing[i] = i >= arguments.Positional.Length && at < 0;
            if (!missing[i]) state.Set(_places[i], at >= 0 ? named[at].Value : arguments.Positional[i]);
            if (at >= 0) named.RemoveAt(at);
        }

        BindRest(state, arguments, named);
        return missing;
    }

    /// <summary><c>caller</c>, <c>varargs</c> and <c>kwargs</c> exist only in macros that read them; otherwise surplus arguments are refused.</summary>
    private void BindRest(RenderState state, Arguments arguments, List<KeyValuePair<string, Value>> named)
    {
        if (_caller is { } caller)
        {
            var at = named.FindIndex(n => n.Key == "caller");
            state.Set(caller, at >= 0 && named[at].Value is not NoneValue ? named[at].Value : new UndefinedValue("No caller defined"));
            if (at >= 0) named.RemoveAt(at);
        }

        if (_kwargs is { } kwargs) state.Set(kwargs, MapValue.From(state, named.Select(n => KeyValuePair.Create<Value, Value>(TextValue.Of(n.Key, state.Run), n.Value))));
        else if (named.Count > 0) throw EvaluationException.Runtime($"macro '{name}' takes no keyword argument '{named[0].Key}'");

        var rest = arguments.Positional.Skip(parameters.Count).ToList();
        if (_varargs is { } varargs) state.Set(varargs, new ListValue([.. rest], tuple: true));
        else if (rest.Count > 0) throw EvaluationException.Runtime($"macro '{name}' takes not more than {parameters.Count} argument(s)");
    }
}

/// <summary><c>{% macro name(a, b=1) %}…{% endmacro %}</c>.</summary>
internal sealed class MacroStatement(MacroBody macro) : Statement
{
    private Place _place;

    public override IEnumerable<Expression> Expressions => macro.Defaults;

    public override IEnumerable<Expression> Inside => Expressions;

    public override IEnumerable<Statement> Bodies => macro.Body;

    public override void Declare(Symbols symbols) => symbols.Assign(macro.Name!);

    public override void Bind(Symbols symbols)
    {
        _place = symbols[macro.Name!];
        macro.Bind(symbols);
    }

    public override Flow Execute(RenderState state)
    {
        state.Set(_place, macro.Close(state));
        return Flow.Next;
    }
}

/// <summary><c>{% call(a) macro(b) %}…{% endcall %}</c>.</summary>
internal sealed class CallStatement(CallExpression call, MacroBody caller, Origin here) : Statement
{
    public override IEnumerable<Expression> Expressions => caller.Defaults.Prepend(call);

    public override IEnumerable<Expression> Inside => caller.Defaults;

    public override IEnumerable<Statement> Bodies => caller.Body;

    public override void Declare(Symbols symbols) => symbols.Read(call);

    public override void Bind(Symbols symbols)
    {
        symbols.Bind(call);
        caller.Bind(symbols);
    }

    public override Flow Execute(RenderState state)
    {
        state.Step();
        (state.Here, state.Line) = (here, here.Line);
        var text = Written(call.Evaluate(state, caller.Close(state)));
        state.Output.Append(text, state.Owner, state.Prompt, state.Generation);
        return Flow.Next;
    }
}
