using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Statements;

namespace TrlSharp.Templates.Jinja.Syntax;

/// <summary>What statements bind: targets of assignments and loops, parameters of macros.</summary>
internal sealed class TargetParser(TokenStream stream, ExpressionParser expressions)
{
    /// <summary>Loops around, in which the variable <c>loop</c> is taken.</summary>
    public int Loops { get; set; }

    public List<(string Name, Expression? Default)> Signature()
    {
        stream.ExpectOperator("(");
        var parameters = new List<(string, Expression?)>();
        while (!stream.Current.IsOperator(")"))
        {
            if (parameters.Count > 0) stream.ExpectOperator(",");
            var name = VariableName();
            if (parameters.Exists(p => p.Item1 == name)) throw stream.Fault($"duplicate argument '{name}' in the definition of a macro");
            var fallback = stream.SkipOperator("=") ? expressions.Parse() : null;
            if (fallback is null && parameters.Exists(p => p.Item2 is not null)) throw stream.Fault("a parameter without default follows one with default");
            parameters.Add((name, fallback));
        }

        stream.ExpectOperator(")");
        return parameters;
    }

    public Target Assigned(bool allowField)
    {
        var first = OneTarget(allowField);
        if (!stream.Current.IsOperator(",")) return first;
        var parts = new List<Target> { first };
        while (stream.SkipOperator(","))
        {
            if (stream.Current.Kind == TokenKind.BlockEnd || stream.Current.IsOperator(")")) break; // nothing else ends a tuple for Jinja2, not even = or in
            parts.Add(OneTarget(allowField));
        }

        return new(null, parts: parts);
    }

    /// <summary>What <c>with</c> binds: <c>a = 1, b = 2</c>.</summary>
    public List<(Target Target, Expression Value)> Variables()
    {
        var variables = new List<(Target, Expression)>();
        while (stream.Current.Kind != TokenKind.BlockEnd)
        {
            if (variables.Count > 0) stream.ExpectOperator(",");
            var loops = Loops;
            Loops = 0;
            var target = Assigned(allowField: false);
            Loops = loops;
            stream.ExpectOperator("=");
            variables.Add((target, expressions.Parse()));
        }

        return variables;
    }

    private Target OneTarget(bool allowField)
    {
        if (stream.SkipOperator("("))
        {
            stream.Enter();
            var inner = Assigned(allowField: false);
            stream.ExpectOperator(")");
            stream.Leave();
            return inner;
        }

        var name = VariableName();
        if (name == "loop" && Loops > 0 && !(allowField && stream.Current.IsOperator("."))) throw stream.Fault("the variable 'loop' cannot be assigned inside of a loop");
        if (allowField && stream.SkipOperator(".")) return new(name, stream.Expect(TokenKind.Name, "a field name").Value);
        return new(name);
    }

    public string VariableName()
    {
        var name = stream.Expect(TokenKind.Name, "a name").Value;
        return name is "true" or "false" or "none" or "True" or "False" or "None" ? throw stream.Fault($"can't assign to '{name}'") : name;
    }
}
