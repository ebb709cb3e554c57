using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Scoping;
using TrlSharp.Templates.Jinja.Statements;

namespace TrlSharp.Templates.Jinja.Syntax;

/// <summary>Jinja2's statements, with those that transformers adds (generation, break, continue) and <c>do</c>.</summary>
internal sealed class StatementParser
{
    private readonly TokenStream _stream;
    private readonly LiteralOrigins _origins = new();
    private readonly ExpressionParser _expressions;
    private readonly TargetParser _targets;
    private readonly Dictionary<string, BlockStatement> _blocks = new(StringComparer.Ordinal);
    private int _loops;
    private bool _escapes; // as far as is known before the template runs

    private StatementParser(List<Token> tokens)
    {
        _stream = new(tokens);
        _expressions = new(_stream, _origins);
        _targets = new(_stream, _expressions);
    }

    /// <exception cref="TemplateException">The source is not a valid template.</exception>
    public static TemplateProgram Parse(string source)
    {
        var parser = new StatementParser(Lexer.Tokenize(source));
        var body = parser.Body();
        if (parser._stream.Current.Kind != TokenKind.End) throw parser._stream.Fault($"unexpected {parser._stream.Current}");
        NameCheck.Verify(body, soft: false);
        return TemplateProgram.Of(body, parser._blocks);
    }

    /// <summary>Statements up to a block that begins with one of the names; that block's name is the current token then.</summary>
    private Statement[] Body(params ReadOnlySpan<string> ends)
    {
        _stream.Enter();
        var body = new List<Statement>();
        while (_stream.Current.Kind != TokenKind.End)
        {
            var token = _stream.Next();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    body.Add(new TextStatement(token.Value, _origins.Next(token.Line)));
                    break;
                case TokenKind.OutputBegin:
                    body.Add(new OutputStatement(_expressions.ParseTuple(), _origins.Next(token.Line), _escapes));
                    _stream.Expect(TokenKind.OutputEnd, "end of print statement");
                    break;
                default:
                    if (_stream.Current.Kind == TokenKind.Name && ends.Contains(_stream.Current.Value))
                    {
                        _stream.Leave();
                        return [.. body];
                    }

                    body.Add(Tag(token.Line));
                    _stream.Expect(TokenKind.BlockEnd, "end of statement block");
                    break;
            }
        }

        if (ends.Length > 0) throw _stream.Fault($"unexpected end of template; {{% {string.Join(" %} or {% ", ends.ToArray())} %}} is missing");
        _stream.Leave();
        return [.. body];
    }

    private Statement Tag(int line)
    {
        var name = _stream.Expect(TokenKind.Name, "a tag name").Value;
        return name switch
        {
            "if" => If(line),
            "for" => For(line),
            "set" => Set(line),
            "macro" => Macro(),
            "call" => Call(line),
            "filter" => Filter(line),
            "with" => With(),
            "generation" => Generation(),
            "break" or "continue" => Jump(name),
            "do" => new DoStatement(_expressions.ParseTuple(), line),
            "print" => Print(line),
            "block" => Block(),
            "autoescape" => Autoescape(),
            _ => throw UnknownTag.Fault(name, line),
        };
    }

    private IfStatement If(int line)
    {
        var branches = new List<(Expression?, Statement[], int)>();
        var readsPrompt = false;
        while (true)
        {
            var test = _expressions.ParseTuple(allowConditional: false);
            readsPrompt |= _origins.ReadsPrompt(test);
            EndTag();
            branches.Add((test, Body("elif", "else", "endif"), line));
            line = _stream.Line;
            var end = _stream.Next().Value;
            if (end == "elif") continue;
            if (end == "else") branches.Add((null, Inside("endif"), line));
            return new([.. branches], readsPrompt);
        }
    }

    private ForStatement For(int line)
    {
        _targets.Loops++;
        var target = _targets.Assigned(allowField: false);
        if (!_stream.SkipName("in")) throw _stream.Fault($"expected 'in', got {_stream.Current}");
        var items = _expressions.ParseTuple(allowConditional: false, endName: "recursive");
        var test = _stream.SkipName("if") ? _expressions.Parse() : null;
        var recursive = _stream.SkipName("recursive");
        EndTag();
        _loops++;
        var body = Body("endfor", "else");
        _loops--;
        var otherwise = _stream.Next().Value != "else" ? [] : recursive ? Apart(() => Inside("endfor")) : Inside("endfor");
        _targets.Loops--;
        return new(target, items, test, recursive, body, otherwise, line);
    }

    private Statement Set(int line)
    {
        var target = _targets.Assigned(allowField: true);
        if (_stream.SkipOperator("="))
        {
            var value = _expressions.ParseTuple();
            _origins.Assigned(target.Names, value);
            return new SetStatement(target, value, _origins.Next(line));
        }

        var filter = _stream.Current.IsOperator("|") ? _expressions.Postfix.FilterChain(startInline: false) : null;
        return new SetBlockStatement(target, filter, Inside("endset"), _origins.Next(line));
    }

    private MacroStatement Macro()
    {
        var name = _targets.VariableName();
        var parameters = _targets.Signature();
        EndTag();
        var body = Apart(() => Body("endmacro"));
        _stream.Next();
        return new(new MacroBody(name, parameters, body));
    }

    private CallStatement Call(int line)
    {
        var parameters = _stream.Current.IsOperator("(") ? _targets.Signature() : [];
        if (_expressions.Parse() is not CallExpression call || call.Names("caller")) throw _stream.Fault("expected a call, without an argument 'caller' of its own");
        EndTag();
        var body = Apart(() => Body("endcall"));
        _stream.Next();
        return new(call, new MacroBody(null, parameters, body), _origins.Next(line));
    }

    private PrintStatement Print(int line)
    {
        var outputs = new List<Statement>();
        while (_stream.Current.Kind != TokenKind.BlockEnd)
        {
            if (outputs.Count > 0) _stream.ExpectOperator(",");
            outputs.Add(new OutputStatement(_expressions.Parse(), _origins.Next(line), _escapes));
        }

        return new([.. outputs]);
    }

    private FilterStatement Filter(int line)
    {
        var filter = _expressions.Postfix.FilterChain(startInline: true);
        var body = Inside("endfilter");
        return new(filter, body, _origins.Next(line));
    }

    private WithStatement With()
    {
        var variables = _targets.Variables();
        return new(variables, Inside("endwith"));
    }

    private GenerationStatement Generation()
    {
        EndTag();
        var body = Apart(() => Body("endgeneration"));
        _stream.Next();
        return new(body);
    }

    private BlockStatement Block()
    {
        var (line, outer) = (_stream.Line, (_escapes, _expressions.JoinsPlainly));
        var name = _stream.Expect(TokenKind.Name, "a block name").Value;
        var (scoped, required) = (_stream.SkipName("scoped"), _stream.SkipName("required"));
        EndTag();
        (_escapes, _expressions.JoinsPlainly) = (false, false);
        var body = Apart(() => Body("endblock"));
        (_escapes, _expressions.JoinsPlainly) = outer;
        if (required && body.Any(s => s is not TextStatement { IsWhiteSpace: true })) throw _stream.Fault("required blocks can only contain comments or whitespace");
        _stream.Next();
        _stream.SkipName(name);
        var block = new BlockStatement(name, scoped, required, body, line);
        return _blocks.TryAdd(name, block) ? block : throw _stream.Fault($"block '{name}' defined twice");
    }

    private AutoescapeStatement Autoescape()
    {
        var condition = _expressions.Parse();
        var outer = (_escapes, _expressions.JoinsPlainly);
        var known = ConstantValue.IsTrue(condition);
        (_escapes, _expressions.JoinsPlainly) = (known ?? _escapes, _expressions.JoinsPlainly || known is null);
        var body = Inside("endautoescape");
        (_escapes, _expressions.JoinsPlainly) = outer;
        return new(condition, body);
    }

    private JumpStatement Jump(string name) => _loops > 0
        ? new(name == "break" ? Flow.Break : Flow.Continue)
        : throw _stream.Fault($"'{name}' outside of a loop");

    /// <summary>Bodies that Jinja2 compiles to functions of their own: a jump cannot leave them.</summary>
    private Statement[] Apart(Func<Statement[]> parse)
    {
        var loops = _loops;
        _loops = 0;
        var body = parse();
        _loops = loops;
        return body;
    }

    /// <summary>The rest of the tag, the statements behind it, and the name that ends them.</summary>
    private Statement[] Inside(string end)
    {
        EndTag();
        var body = Body(end);
        _stream.Next();
        return body;
    }

    /// <summary>Before the body of a statement: a colon may stand there, as in Python.</summary>
    private void EndTag()
    {
        _stream.SkipOperator(":");
        _stream.Expect(TokenKind.BlockEnd, "end of statement block");
    }
}
