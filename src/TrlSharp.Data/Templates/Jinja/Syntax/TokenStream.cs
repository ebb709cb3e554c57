namespace TrlSharp.Templates.Jinja.Syntax;

/// <summary>Tokens with a place.</summary>
internal sealed class TokenStream(List<Token> tokens)
{
    private const int MaxNesting = 200;
    private int _at;
    private int _nesting;

    public Token Current => tokens[_at];

    public int Line => Current.Line;

    public Token Next()
    {
        var token = tokens[_at];
        if (_at < tokens.Count - 1) _at++;
        return token;
    }

    public Token Peek() => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    public bool SkipOperator(string value)
    {
        if (!Current.IsOperator(value)) return false;
        Next();
        return true;
    }

    public bool SkipName(string value)
    {
        if (!Current.IsName(value)) return false;
        Next();
        return true;
    }

    public Token Expect(TokenKind kind, string what) => Current.Kind == kind ? Next() : throw Fault($"expected {what}, got {Current}");

    public void ExpectOperator(string value)
    {
        if (!SkipOperator(value)) throw Fault($"expected '{value}', got {Current}");
    }

    public TemplateException Fault(string what) => new(TemplateFault.Syntax, Line, what);

    /// <summary>Guards the parser's recursion; Python refuses deep nesting too.</summary>
    public void Enter()
    {
        if (++_nesting > MaxNesting) throw new TemplateException(TemplateFault.Budget, Line, $"expressions or blocks nested deeper than {MaxNesting}");
    }

    /// <summary>Guards what walks over long chains of operators, which nest to one side.</summary>
    public void GuardChain(int length)
    {
        const int MaxChain = 500;
        if (length > MaxChain) throw new TemplateException(TemplateFault.Budget, Line, $"more than {MaxChain} operations on one operand");
    }

    public void Leave() => _nesting--;
}
