using System.Globalization;
using System.Numerics;
using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Syntax;

/// <summary>Jinja2's expression grammar, loosest first: inline-if, or, and, not, comparison, + −, ~, * / // %, **, unary, postfix with filters and tests.</summary>
internal sealed class ExpressionParser(TokenStream stream, LiteralOrigins origins)
{

    public PostfixParser Postfix => new(stream, this);

    public Expression Parse(bool allowConditional = true)
    {
        stream.Enter();
        var expression = allowConditional ? Conditional() : Or();
        stream.Leave();
        return expression;
    }

    /// <summary>An expression, or a tuple of several separated by commas.</summary>
    /// <param name="allowConditional">Whether inline-if may stand here.</param>
    /// <param name="endName">A name that ends the tuple.</param>
    /// <param name="inParentheses">Whether the tuple may be empty.</param>
    public Expression ParseTuple(bool allowConditional = true, string? endName = null, bool inParentheses = false)
    {
        var items = new List<Expression>();
        var isTuple = false;
        while (true)
        {
            if (items.Count > 0 && !isTuple) break;
            if (EndsTuple(endName)) break;
            items.Add(Parse(allowConditional));
            if (!stream.SkipOperator(",")) break;
            isTuple = true;
            while (!EndsTuple(endName))
            {
                items.Add(Parse(allowConditional));
                if (!stream.SkipOperator(",")) break;
            }

            break;
        }

        if (isTuple) return new ListExpression(items, tuple: true);
        if (items.Count == 1) return items[0];
        return inParentheses ? new ListExpression([], tuple: true) : throw stream.Fault($"expected an expression, got {stream.Current}");
    }

    private bool EndsTuple(string? endName) =>
        stream.Current.Kind is TokenKind.OutputEnd or TokenKind.BlockEnd || stream.Current.IsOperator(")") || (endName is not null && stream.Current.IsName(endName));

    private Expression Conditional()
    {
        var expression = Or();
        for (var length = 1; stream.SkipName("if"); stream.GuardChain(++length))
        {
            var test = Or();
            var otherwise = stream.SkipName("else") ? Nested(Conditional) : null;
            expression = new ConditionalExpression(test, expression, otherwise, origins.ReadsPrompt(test));
        }

        return expression;
    }

    private Expression Or()
    {
        var left = And();
        for (var length = 1; stream.SkipName("or"); stream.GuardChain(++length)) left = new LogicalExpression(and: false, left, And());
        return left;
    }

    private Expression And()
    {
        var left = Not();
        for (var length = 1; stream.SkipName("and"); stream.GuardChain(++length)) left = new LogicalExpression(and: true, left, Not());
        return left;
    }

    private Expression Not() => stream.Current.IsName("not") && stream.SkipName("not") ? new NotExpression(Nested(Not)) : Comparison();

    private Expression Comparison()
    {
        var first = Sum();
        List<(ComparisonOperator, Expression)>? rest = null;
        while (true)
        {
            var token = stream.Current;
            ComparisonOperator operation;
            if (token.Kind == TokenKind.Operator && Order(token.Value) is { } order)
            {
                operation = order;
                stream.Next();
            }
            else if (stream.SkipName("in")) operation = ComparisonOperator.In;
            else if (token.IsName("not") && stream.Peek().IsName("in"))
            {
                stream.Next();
                stream.Next();
                operation = ComparisonOperator.NotIn;
            }
            else break;

            (rest ??= []).Add((operation, Sum()));
        }

        return rest is null ? first : new ComparisonExpression(first, [.. rest]);
    }

    private static ComparisonOperator? Order(string symbol) => symbol switch
    {
        "==" => ComparisonOperator.Equal,
        "!=" => ComparisonOperator.NotEqual,
        "<" => ComparisonOperator.Less,
        "<=" => ComparisonOperator.LessOrEqual,
        ">" => ComparisonOperator.Greater,
        ">=" => ComparisonOperator.GreaterOrEqual,
        _ => null,
    };

    /// <summary>Whether we are inside of an <c>autoescape</c> whose condition is known only when the template runs.</summary>
    public bool JoinsPlainly { get; set; }

    private Expression Sum() => LeftAssociative(Concatenation, "+", "-");

    private Expression Concatenation()
    {
        var first = Product();
        if (!stream.Current.IsOperator("~")) return first;
        var parts = new List<Expression> { first };
        while (stream.SkipOperator("~")) parts.Add(Product());
        return new ConcatenationExpression([.. parts], JoinsPlainly);
    }

    private Expression Product() => LeftAssociative(Power, "*", "/", "//", "%");

    private Expression Power() => LeftAssociative(() => Unary(), "**");

    private Expression LeftAssociative(Func<Expression> operand, params ReadOnlySpan<string> operations)
    {
        var left = operand();
        var length = 1;
        while (stream.Current.Kind == TokenKind.Operator && operations.Contains(stream.Current.Value))
        {
            var operation = Arithmetic(stream.Next().Value);
            var right = operand();
            left = operation != ArithmeticOperator.Add ? new ArithmeticExpression(operation, left, right) : left is SumExpression sum ? sum.Plus(right) : new SumExpression(left, right);
            stream.GuardChain(++length);
        }

        return left;
    }

    private static ArithmeticOperator Arithmetic(string symbol) => symbol switch
    {
        "+" => ArithmeticOperator.Add,
        "-" => ArithmeticOperator.Subtract,
        "*" => ArithmeticOperator.Multiply,
        "/" => ArithmeticOperator.Divide,
        "//" => ArithmeticOperator.FloorDivide,
        "%" => ArithmeticOperator.Remainder,
        _ => ArithmeticOperator.Power,
    };

    internal Expression Unary(bool withFilter = true)
    {
        Expression expression;
        if (stream.SkipOperator("-")) expression = new SignExpression(negative: true, Nested(() => Unary(withFilter: false)));
        else if (stream.SkipOperator("+")) expression = new SignExpression(negative: false, Nested(() => Unary(withFilter: false)));
        else expression = Primary();
        expression = Postfix.Parse(expression);
        return withFilter ? Postfix.ParseFilters(expression) : expression;
    }

    internal Expression Primary()
    {
        var token = stream.Next();
        switch (token.Kind)
        {
            case TokenKind.Name: return (Expression?)Constant(token.Value) ?? new NameExpression(token.Value);
            case TokenKind.Text:
                var text = new System.Text.StringBuilder(token.Value);
                while (stream.Current.Kind == TokenKind.Text) text.Append(stream.Next().Value);
                return new TextExpression(text.ToString(), origins.Next(token.Line));
            case TokenKind.Integer: return new ConstantExpression(new IntegerValue(Integer(token.Value)));
            case TokenKind.Float: return new ConstantExpression(new FloatValue(double.Parse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture)));
            case TokenKind.Operator when token.Value == "(":
                var inner = Nested(() => ParseTuple(inParentheses: true));
                stream.ExpectOperator(")");
                return inner;
            case TokenKind.Operator when token.Value == "[": return new ListExpression(Items("]", () => Parse()), tuple: false);
            case TokenKind.Operator when token.Value == "{": return new MapExpression(Items("}", Entry));
            default: throw new TemplateException(TemplateFault.Syntax, token.Line, $"unexpected {token}");
        }
    }

    private KeyValuePair<Expression, Expression> Entry()
    {
        var key = Parse();
        stream.ExpectOperator(":");
        return KeyValuePair.Create(key, Parse());
    }

    private List<T> Items<T>(string end, Func<T> item)
    {
        var items = new List<T>();
        while (!stream.Current.IsOperator(end))
        {
            if (items.Count > 0) stream.ExpectOperator(",");
            if (stream.Current.IsOperator(end)) break;
            items.Add(item());
        }

        stream.ExpectOperator(end);
        return items;
    }

    private T Nested<T>(Func<T> parse)
    {
        stream.Enter();
        var result = parse();
        stream.Leave();
        return result;
    }

    private static ConstantExpression? Constant(string name) => name switch
    {
        "true" or "True" => new(BooleanValue.True),
        "false" or "False" => new(BooleanValue.False),
        "none" or "None" => new(NoneValue.Instance),
        _ => null,
    };

    private static BigInteger Integer(string text) => text.Length < 2 ? BigInteger.Parse(text, CultureInfo.InvariantCulture) : char.ToLowerInvariant(text[1]) switch
    {
        'x' => BigInteger.Parse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
        'o' => text[2..].Aggregate(BigInteger.Zero, (value, digit) => (value * 8) + (digit - '0')),
        'b' => text[2..].Aggregate(BigInteger.Zero, (value, digit) => (value * 2) + (digit - '0')),
        _ => BigInteger.Parse(text, CultureInfo.InvariantCulture),
    };
}
