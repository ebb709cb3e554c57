using System.Globalization;
using System.Numerics;
using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Syntax;

/// <summary>What follows an operand: attributes, items, calls, filters, tests.</summary>
internal readonly struct PostfixParser(TokenStream stream, ExpressionParser expressions)
{
    public Expression Parse(Expression expression)
    {
        var depth = 0;
        while (true)
        {
            if (stream.SkipOperator(".")) expression = Attribute(expression);
            else if (stream.SkipOperator("[")) expression = Subscript(expression);
            else if (stream.Current.IsOperator("(")) expression = Call(expression);
            else return expression;
            stream.GuardChain(++depth);
        }
    }

    public Expression ParseFilters(Expression expression)
    {
        var depth = 0;
        while (true)
        {
            if (stream.Current.IsOperator("|")) expression = Filter(expression);
            else if (stream.SkipName("is")) expression = Test(expression);
            else if (stream.Current.IsOperator("(")) expression = Call(expression);
            else return expression;
            stream.GuardChain(++depth);
        }
    }

    /// <summary>Filters inside <c>{% filter a|b %}</c> and <c>{% set x | a %}</c>: without input.</summary>
    public FilterExpression FilterChain(bool startInline)
    {
        Expression? chain = startInline ? OneFilter(null) : null;
        while (stream.Current.IsOperator("|")) chain = Filter(chain);
        return (FilterExpression)chain!;
    }

    public ArgumentList Arguments()
    {
        stream.ExpectOperator("(");
        var positional = new List<Expression>();
        var named = new List<KeyValuePair<string, Expression>>();
        Expression? spread = null;
        Expression? spreadNamed = null;
        var first = true;
        while (!stream.Current.IsOperator(")"))
        {
            if (!first)
            {
                stream.ExpectOperator(",");
                if (stream.Current.IsOperator(")")) break;
            }

            first = false;
            if (stream.SkipOperator("**"))
            {
                if (spreadNamed is not null) throw stream.Fault("only one ** argument is allowed");
                spreadNamed = expressions.Parse();
            }
            else if (stream.SkipOperator("*"))
            {
                if (spread is not null || spreadNamed is not null) throw stream.Fault("only one * argument, and before **, is allowed");
                spread = expressions.Parse();
            }
            else if (stream.Current.Kind == TokenKind.Name && stream.Peek().IsOperator("="))
            {
                if (spreadNamed is not null) throw stream.Fault("a keyword argument must stand before **");
                var name = stream.Next().Value;
                stream.Next();
                named.Add(KeyValuePair.Create(name, expressions.Parse()));
            }
            else
            {
                if (spread is not null || spreadNamed is not null || named.Count > 0) throw stream.Fault("a positional argument must stand before keyword arguments");
                positional.Add(expressions.Parse());
            }
        }

        stream.ExpectOperator(")");
        return new(positional, named.Exists(n => PythonKeywords.Contains(n.Key)) ? named : [.. named.Select(n => KeyValuePair.Create(Compatible(n.Key), n.Value))], spread, spreadNamed);
    }

    private Expression Attribute(Expression target)
    {
        var token = stream.Next();
        return token.Kind switch
        {
            TokenKind.Name => new AttributeExpression(target, token.Value),
            TokenKind.Integer => new ItemExpression(target, new ConstantExpression(new IntegerValue(BigInteger.Parse(token.Value, CultureInfo.InvariantCulture)))),
            _ => throw stream.Fault($"expected a name or number after '.', got {token}"),
        };
    }

    private Expression Subscript(Expression target)
    {
        var items = new List<Expression>();
        Expression? slice = null;
        var isTuple = false;
        while (!stream.Current.IsOperator("]"))
        {
            if (items.Count > 0 || slice is not null)
            {
                stream.ExpectOperator(",");
                isTuple = true;
            }

            var (key, range) = Subscribed(target);
            if (range is not null) slice = range;
            else items.Add(key!);
            if (slice is not null && (isTuple || stream.Current.IsOperator(","))) throw new TemplateException(TemplateFault.Unsupported, stream.Line, "slices with several dimensions are not supported");
        }

        stream.ExpectOperator("]");
        if (slice is not null) return slice;
        return new ItemExpression(target, isTuple || items.Count == 0 ? new ListExpression(items, tuple: true) : items[0]);
    }

    private (Expression? Key, Expression? Slice) Subscribed(Expression target)
    {
        Expression? from = null;
        if (!stream.Current.IsOperator(":"))
        {
            from = expressions.Parse();
            if (!stream.Current.IsOperator(":")) return (from, null);
        }

        stream.Next();
        var to = SliceEnds() ? null : expressions.Parse();
        Expression? step = null;
        if (stream.SkipOperator(":") && !SliceEnds()) step = expressions.Parse();
        return (null, new SliceExpression(target, from, to, step));
    }

    private bool SliceEnds() => stream.Current.IsOperator(":") || stream.Current.IsOperator("]") || stream.Current.IsOperator(",");

    private Expression Call(Expression target)
    {
        var line = stream.Line;
        var name = target switch { NameExpression n => n.Name, AttributeExpression => "method", _ => "function" };
        return new CallExpression(target, Arguments(), name, line);
    }

    private Expression Filter(Expression? input)
    {
        stream.ExpectOperator("|");
        return OneFilter(input);
    }

    private FilterExpression OneFilter(Expression? input)
    {
        var line = stream.Line;
        var name = DottedName("a filter name");
        var arguments = stream.Current.IsOperator("(") ? Arguments() : ArgumentList.None;
        return new(input, name, arguments, line);
    }

    private Expression Test(Expression input)
    {
        var line = stream.Line;
        var negated = stream.SkipName("not");
        var name = DottedName("a test name");
        var arguments = ArgumentList.None;
        if (stream.Current.IsOperator("(")) arguments = Arguments();
        else if (TakesArgument(stream.Current))
        {
            if (stream.Current.IsName("is")) throw stream.Fault("tests cannot be chained with is");
            arguments = new([new PostfixParser(stream, expressions).Parse(expressions.Primary())], [], null, null);
        }

        Expression test = new TestExpression(input, name, arguments, line);
        return negated ? new NotExpression(test) : test;
    }

    private static bool TakesArgument(Token token) => token.Kind switch
    {
        TokenKind.Name => token.Value is not ("else" or "or" or "and"),
        TokenKind.Text or TokenKind.Integer or TokenKind.Float => true,
        TokenKind.Operator => token.Value is "(" or "[" or "{",
        _ => false,
    };

    private string DottedName(string what)
    {
        var name = stream.Expect(TokenKind.Name, what).Value;
        while (stream.Current.IsOperator(".") && stream.Peek().Kind == TokenKind.Name)
        {
            stream.Next();
            name += "." + stream.Next().Value;
        }

        return name;
    }

    /// <summary>Python takes names as NFKC, but not where a keyword of its own makes Jinja2 pass all of them as text.</summary>
    private static string Compatible(string name) => System.Text.Ascii.IsValid(name) ? name : name.Normalize(System.Text.NormalizationForm.FormKC);

    private static readonly HashSet<string> PythonKeywords = new(StringComparer.Ordinal)
    {
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if",
        "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
    };
}
