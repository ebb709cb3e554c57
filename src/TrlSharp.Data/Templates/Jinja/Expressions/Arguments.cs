using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Expressions;

/// <summary>The arguments of a call, as Python binds them.</summary>
/// <param name="Function">The callee's name, for messages.</param>
/// <param name="Positional">In order.</param>
/// <param name="Named">Keyword arguments, in order.</param>
internal readonly record struct Arguments(string Function, Value[] Positional, IReadOnlyList<KeyValuePair<string, Value>> Named)
{
    private static readonly KeyValuePair<string, Value>[] NoNames = [];

    public static Arguments Of(string function, params Value[] positional) => new(function, positional, NoNames);

    /// <summary>Binds to so many parameters that cannot be named; the first <paramref name="required"/> must be given.</summary>
    public Value?[] Positions(int required, int parameters)
    {
        if (Named.Count > 0) throw EvaluationException.Runtime($"{Function}() takes no keyword arguments");
        if (Positional.Length < required || Positional.Length > parameters)
            throw EvaluationException.Runtime($"{Function}() takes {required} to {parameters} arguments ({Positional.Length} given)");
        if (Positional.Length == parameters) return Positional;
        var bound = new Value?[parameters];
        Positional.CopyTo(bound, 0);
        return bound;
    }

    /// <summary>Binds to parameters; the first <paramref name="required"/> must be given. What comes back is only read.</summary>
    public Value?[] Bind(int required, params ReadOnlySpan<string> parameters)
    {
        if (Positional.Length == parameters.Length && Named.Count == 0) return Positional;
        if (Positional.Length > parameters.Length)
            throw EvaluationException.Runtime($"{Function}() takes at most {parameters.Length} arguments ({Positional.Length} given)");
        var bound = new Value?[parameters.Length];
        for (var i = 0; i < Positional.Length; i++) bound[i] = Positional[i];
        foreach (var (name, value) in Named)
        {
            var at = parameters.IndexOf(name);
            if (at < 0) throw EvaluationException.Runtime($"{Function}() got an unexpected keyword argument '{name}'");
            if (bound[at] is not null) throw EvaluationException.Runtime($"{Function}() got multiple values for argument '{name}'");
            bound[at] = value;
        }

        for (var i = 0; i < required; i++)
            if (bound[i] is null) throw EvaluationException.Runtime($"{Function}() is missing the argument '{parameters[i]}'");
        return bound;
    }
}
