using TrlSharp.Templates.Jinja.Library;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Expressions;

/// <summary>The arguments of a call as written: <c>a, k=b, *c, **d</c>.</summary>
internal sealed record ArgumentList(
    IReadOnlyList<Expression> Positional,
    IReadOnlyList<KeyValuePair<string, Expression>> Named,
    Expression? Spread,
    Expression? SpreadNamed)
{
    public static ArgumentList None { get; } = new([], [], null, null);

    public bool IsEmpty => Positional.Count == 0 && Named.Count == 0 && Spread is null && SpreadNamed is null;

    public IEnumerable<Expression> Children => Positional.Concat(Named.Select(n => n.Value)).Concat(new[] { Spread, SpreadNamed }.OfType<Expression>());

    public Arguments Evaluate(RenderState state, string function, Value? first = null)
    {
        var positional = Spread is null ? Fixed(state, first) : Spreading(state, first, Spread);
        if (Named.Count == 0 && SpreadNamed is null) return Arguments.Of(function, positional);

        var named = new List<KeyValuePair<string, Value>>();
        foreach (var (name, argument) in Named) AddNamed(state, named, function, name, argument.Evaluate(state));
        if (SpreadNamed is not null)
        {
            if (SpreadNamed.Evaluate(state) is not MapValue map) throw EvaluationException.Runtime("argument after ** must be a mapping");
            foreach (var (key, value) in map.Entries)
                AddNamed(state, named, function, key is TextValue text ? text.Text : throw EvaluationException.Runtime("keywords must be strings"), value);
        }

        return new(function, positional, named);
    }

    private Value[] Fixed(RenderState state, Value? first)
    {
        var count = first is null ? 0 : 1;
        if (count + Positional.Count == 0) return [];
        var values = new Value[count + Positional.Count];
        if (first is not null) values[0] = first;
        for (var i = 0; i < Positional.Count; i++) state.Touch(values[count++] = Positional[i].Evaluate(state));
        return values;
    }

    private Value[] Spreading(RenderState state, Value? first, Expression spread)
    {
        var values = new List<Value>(Fixed(state, first));
        foreach (var argument in spread.Evaluate(state).Iterate())
        {
            state.Touch(argument);
            values.Add(argument);
        }

        return [.. values];
    }

    private static void AddNamed(RenderState state, List<KeyValuePair<string, Value>> named, string function, string name, Value value)
    {
        state.Charge(named.Count);
        state.Touch(value);
        if (named.Exists(n => n.Key == name)) throw EvaluationException.Runtime($"{function}() got multiple values for keyword argument '{name}'");
        named.Add(KeyValuePair.Create(name, value));
    }
}

/// <summary><c>f(a)</c>.</summary>
internal sealed class CallExpression(Expression target, ArgumentList arguments, string name, int line) : Expression
{
    /// <summary>A method of texts, the most frequent callees, is called without being bound first; null where the callee cannot be one.</summary>
    private readonly TextMethod? _ofText = target is AttributeExpression { Name: var method } ? TextMethods.Find(method) : null;

    public override IEnumerable<Expression> Children => arguments.Children.Prepend(target);

    /// <summary>Whether an argument of that name is given.</summary>
    public bool Names(string argument) => arguments.Named.Any(n => n.Key == argument);

    public override Value Evaluate(RenderState state)
    {
        if (_ofText is not { } method || target is not AttributeExpression attribute) return Call(state, target.Evaluate(state), caller: null);
        var receiver = attribute.Target.Evaluate(state);
        if (receiver is not TextValue text) return Call(state, attribute.Of(receiver), caller: null);
        var bound = arguments.Evaluate(state, attribute.Name);
        state.Line = line;
        state.EnterCall();
        state.Charge(text.Text.Length);
        var value = method(state, text, bound);
        state.LeaveCall();
        return value;
    }

    /// <summary>With the body of a call block as the argument <c>caller</c>.</summary>
    public Value Evaluate(RenderState state, Value caller) => Call(state, target.Evaluate(state), caller);

    private Value Call(RenderState state, Value callee, Value? caller)
    {
        if (callee is UndefinedValue undefined) throw undefined.Fail();
        if (callee is not (CallableValue or LoopValue)) throw EvaluationException.Runtime($"'{callee.TypeName}' object is not callable");
        var bound = arguments.Evaluate(state, name);
        if (caller is not null) bound = bound with { Named = [.. bound.Named, KeyValuePair.Create("caller", caller)] };
        state.Line = line;
        state.EnterCall();
        var value = callee is LoopValue loop ? loop.Call(state, bound) : ((CallableValue)callee).Call(state, bound);
        state.LeaveCall();
        return value;
    }
}

/// <summary><c>a|filter(b)</c>. The input is null inside a filter block until <see cref="Apply"/> gives it.</summary>
internal sealed class FilterExpression(Expression? input, string name, ArgumentList arguments, int line) : Expression
{
    public string Name => name;

    public int Line => line;

    public override IEnumerable<Expression> Children => input is null ? arguments.Children : arguments.Children.Prepend(input);

    public override Value Evaluate(RenderState state) => Apply(state, input!.Evaluate(state));

    private readonly Func<RenderState, Arguments, Value>? _filter = FilterTable.Find(name);

    /// <summary>The filter where its input is all it is given; null for those that take more.</summary>
    private readonly Func<RenderState, Value, Value>? _plain = arguments.IsEmpty ? FilterTable.FindPlain(name) : null;

    /// <summary>The filter, and those before it in the chain, over a value.</summary>
    public Value ApplyChain(RenderState state, Value value) => Apply(state, input is FilterExpression inner ? inner.ApplyChain(state, value) : value);

    private Value Apply(RenderState state, Value value)
    {
        state.GuardStack();
        state.Step();
        state.Line = line;
        state.Touch(value);
        if (_plain is { } plain) return plain(state, value);
        var given = arguments.Evaluate(state, name, value);
        return _filter is { } filter ? filter(state, given) : FilterTable.Apply(state, name, given);
    }
}

/// <summary><c>a is test(b)</c>.</summary>
internal sealed class TestExpression(Expression input, string name, ArgumentList arguments, int line) : Expression
{
    public string Name => name;

    public int Line => line;

    public override IEnumerable<Expression> Children => arguments.Children.Prepend(input);

    /// <summary>Tests of the value alone, the most frequent ones, need no arguments to be bound; null for all others.</summary>
    private readonly Func<Value, Value?, bool>? _plain = arguments.IsEmpty ? TestTable.Plain(name) : null;

    public override Value Evaluate(RenderState state) => BooleanValue.Of(IsTrue(state));

    public override bool IsTrue(RenderState state)
    {
        var value = input.Inspect(state);
        return _plain is { } test ? test(value, null) : TestTable.Apply(state, name, arguments.Evaluate(state, name, value));
    }
}
