using TrlSharp.Templates.Jinja.Text;

namespace TrlSharp.Templates.Jinja.Syntax;

/// <summary>
/// Template source to tokens, with the whitespace control that transformers sets: <c>trim_blocks</c> (one line break after a block or comment goes),
/// <c>lstrip_blocks</c> (white space between the start of the line and a block or comment goes), and the signs <c>-</c> and <c>+</c>.
/// </summary>
internal sealed class Lexer
{
    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _at;
    private int _line = 1;
    private int _counted;

    private Lexer(string source) => _source = source;

    /// <exception cref="TemplateException">The source does not consist of tokens.</exception>
    public static List<Token> Tokenize(string source)
    {
        var text = NormalizeLines(source);
        if (text.EndsWith('\n')) text = text[..^1];
        var lexer = new Lexer(text);
        lexer.Run();
        return lexer._tokens;
    }

    private static string NormalizeLines(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');

    private void Run()
    {
        var lineStart = true;
        while (_at < _source.Length)
        {
            var open = NextTag();
            var data = _source[_at..(open < 0 ? _source.Length : open)];
            if (open < 0)
            {
                Add(TokenKind.Data, data);
                _at = _source.Length;
                break;
            }

            var kind = _source[open + 1];
            var sign = open + 2 < _source.Length && _source[open + 2] is '-' or '+' ? _source[open + 2] : ' ';
            Add(TokenKind.Data, Stripped(data, kind, sign, lineStart));
            _at = open;
            CountLines();
            _at = open + (sign == ' ' ? 2 : 3);
            ReadTag(kind, open);
            lineStart = _at > 0 && _source[_at - 1] == '\n';
        }

        CountLines();
        _tokens.Add(new(TokenKind.End, "", _line));
    }

    private void ReadTag(char kind, int open)
    {
        if (kind == '#') SkipComment();
        else if (kind == '%' && RawBodyStart() is { } body) ReadRaw(body);
        else
        {
            _tokens.Add(new(kind == '{' ? TokenKind.OutputBegin : TokenKind.BlockBegin, _source[open..(open + 2)], _line));
            ReadExpression(kind == '{' ? "}}" : "%}");
        }
    }

    private int NextTag()
    {
        for (var i = _source.IndexOf('{', _at); i >= 0 && i + 1 < _source.Length; i = _source.IndexOf('{', i + 1))
            if (_source[i + 1] is '{' or '%' or '#') return i;
        return -1;
    }

    private static string Stripped(string data, char kind, char sign, bool lineStart)
    {
        if (sign == '-')
        {
            var end = data.Length;
            while (end > 0 && PythonText.IsSpace(data[end - 1])) end--;
            return data[..end];
        }

        if (sign == '+' || kind == '{') return data;
        var line = data.LastIndexOf('\n') + 1;
        if (line == 0 && !lineStart) return data;
        return data.AsSpan(line).ToString().All(PythonText.IsSpace) ? data[..line] : data;
    }

    private void SkipComment()
    {
        if (_at >= _source.Length) return; // as with raw blocks
        var end = _source.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0) throw Fault("the comment that begins here has no end: #} is missing");
        var sign = end > _at ? _source[end - 1] : ' ';
        _at = end + 2;
        AfterBlock(sign);
        CountLines();
    }

    /// <summary>After <c>{% raw %}</c>: where its body begins; null when this is another block.</summary>
    private int? RawBodyStart()
    {
        var i = SkipSpace(_at);
        if (!_source.AsSpan(i).StartsWith("raw", StringComparison.Ordinal)) return null;
        i = SkipSpace(i + 3);
        if (_source.AsSpan(i).StartsWith("-%}", StringComparison.Ordinal)) return SkipSpace(i + 3);
        return _source.AsSpan(i).StartsWith("%}", StringComparison.Ordinal) ? i + 2 : null;
    }

    private void ReadRaw(int body)
    {
        for (var open = _source.IndexOf("{%", body, StringComparison.Ordinal); open >= 0; open = _source.IndexOf("{%", open + 2, StringComparison.Ordinal))
        {
            var sign = open + 2 < _source.Length && _source[open + 2] is '-' or '+' ? _source[open + 2] : ' ';
            var i = SkipSpace(open + (sign == ' ' ? 2 : 3));
            if (!_source.AsSpan(i).StartsWith("endraw", StringComparison.Ordinal)) continue;
            i = SkipSpace(i + 6);
            var close = i < _source.Length && _source[i] is '-' or '+' ? _source[i] : ' ';
            if (close != ' ') i++;
            if (!_source.AsSpan(i).StartsWith("%}", StringComparison.Ordinal)) continue;
            Add(TokenKind.Data, Stripped(_source[body..open], '%', sign, lineStart: _source[body - 1] == '\n'));
            _at = i + 2;
            AfterBlock(close);
            CountLines();
            return;
        }

        if (body < _source.Length) throw Fault("the raw block that begins here has no {% endraw %}");
        _at = body; // at the very end, Jinja2 misses nothing
    }

    private void ReadExpression(string end)
    {
        var brackets = new Stack<char>();
        while (true)
        {
            _at = SkipSpace(_at);
            CountLines();
            if (_at >= _source.Length) throw Fault($"the tag is not closed: {end} is missing");
            if (brackets.Count == 0 && TryEnd(end)) return;
            if (ExpressionLexer.Read(_source, _at, _line) is not { } read) throw Fault($"unexpected character '{_source[_at]}'");
            Balance(brackets, read.Token);
            _tokens.Add(read.Token);
            _at += read.Length;
            CountLines();
        }
    }

    private bool TryEnd(string end)
    {
        var sign = _source[_at] == '-' || (_source[_at] == '+' && end == "%}") ? _source[_at] : ' ';
        if (!_source.AsSpan(_at + (sign == ' ' ? 0 : 1)).StartsWith(end, StringComparison.Ordinal)) return false;
        _tokens.Add(new(end == "}}" ? TokenKind.OutputEnd : TokenKind.BlockEnd, end, _line));
        _at += (sign == ' ' ? 0 : 1) + 2;
        if (end == "%}") AfterBlock(sign);
        else if (sign == '-') _at = SkipSpace(_at);
        CountLines();
        return true;
    }

    private void AfterBlock(char sign)
    {
        if (sign == '-') _at = SkipSpace(_at);
        else if (sign != '+' && _at < _source.Length && _source[_at] == '\n') _at++;
    }

    private void Balance(Stack<char> brackets, Token token)
    {
        if (token.Kind != TokenKind.Operator) return;
        switch (token.Value[0])
        {
            case '(': brackets.Push(')'); break;
            case '[': brackets.Push(']'); break;
            case '{': brackets.Push('}'); break;
            case ')' or ']' or '}':
                if (!brackets.TryPop(out var expected)) throw Fault($"unexpected '{token.Value}'");
                if (expected != token.Value[0]) throw Fault($"unexpected '{token.Value}', expected '{expected}'");
                break;
        }
    }

    private int SkipSpace(int at)
    {
        while (at < _source.Length && PythonText.IsSpace(_source[at])) at++;
        return at;
    }

    private void Add(TokenKind kind, string value)
    {
        if (value.Length > 0) _tokens.Add(new(kind, value, _line));
    }

    private void CountLines()
    {
        _line += _source.AsSpan(_counted, _at - _counted).Count('\n');
        _counted = _at;
    }

    private TemplateException Fault(string what) => new(TemplateFault.Syntax, _line, what);
}
