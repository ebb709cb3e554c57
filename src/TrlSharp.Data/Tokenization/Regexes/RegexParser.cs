using TrlSharp.Tokenization.Unicode;

namespace TrlSharp.Tokenization.Regexes;

/// <summary>
/// Parses the syntax of Oniguruma, which tokenizer files are written in. What has no exact counterpart (back-references, \X, \K, absence
/// operators, extended mode) is refused by name.
/// </summary>
internal sealed class RegexParser(string pattern, string path)
{
    private const int MaxDepth = 100;

    private readonly RegexCursor _at = new(pattern, path);
    private bool _ignoreCase;
    private bool _dotAll;
    private int _depth;

    public RegexNode Parse()
    {
        var node = ParseChoice();
        return _at.AtEnd ? node : throw _at.Refuse("an unmatched )");
    }

    private RegexNode ParseChoice()
    {
        if (++_depth > MaxDepth) throw _at.Refuse($"groups nested more than {MaxDepth} deep");
        var (ignoreCase, dotAll) = (_ignoreCase, _dotAll);
        var options = new List<RegexNode> { ParseSequence() };
        while (_at.Take('|')) options.Add(ParseSequence());
        (_ignoreCase, _dotAll) = (ignoreCase, dotAll);
        _depth--;
        return options.Count == 1 ? options[0] : new RegexNode.Choice(options);
    }

    private RegexNode.Sequence ParseSequence()
    {
        var parts = new List<RegexNode>();
        while (!_at.AtEnd && _at.Peek is not ('|' or ')'))
        {
            if (ParseAtom() is not { } atom) continue;
            parts.Add(ParseRepeats(atom));
        }

        return new RegexNode.Sequence(parts);
    }

    private RegexNode? ParseAtom()
    {
        var c = _at.Next();
        switch (c)
        {
            case '(':
                return ParseGroup();
            case '[':
                return new RegexNode.Set(new RegexClassParser(_at).ParseClass(_ignoreCase));
            case '.':
                return new RegexNode.Set(_dotAll ? CodePointSet.Empty.Complement() : UnicodeProperty.NewLine.Complement());
            case '^' or '$':
                return new RegexNode.Anchor(((char)c).ToString());
            case '*' or '+' or '?':
                throw _at.Refuse("a quantifier without a target");
            case '\\':
                return ParseEscape();
            default:
                return Literal(c);
        }
    }

    private RegexNode ParseEscape()
    {
        if (_at.AtEnd) throw _at.Refuse("a backslash at the end");
        switch (_at.Peek)
        {
            case 'b' or 'B' or 'A' or 'z' or 'Z':
                return new RegexNode.Anchor($"\\{(char)_at.Next()}");
            case 'R':
                _at.Next();
                return new RegexParser(@"(?>\r\n|[\n-\r\x{85}\x{2028}\x{2029}])", path).Parse();
            case 'X' or 'K' or 'k' or 'g' or 'G' or 'y' or 'Y' or 'O' or 'N' or 'c' or 'C' or 'M' or (>= '1' and <= '9'):
                throw _at.Refuse($"\\{(char)_at.Peek}");
            default:
                // Only in brackets does (?i) make \p{Lu} take in small letters.
                return new RegexClassParser(_at).ParseEscapedSet(inClass: false) is { } set ? new RegexNode.Set(set) : Literal(_at.EscapedCharacter());
        }
    }

    private RegexNode? ParseGroup()
    {
        if (!_at.Take('?')) return Close(new RegexNode.Group("(?:", ParseChoice()));
        foreach (var opening in new[] { "<=", "<!", ":", ">", "=", "!" })
            if (_at.Take(opening)) return Close(new RegexNode.Group($"(?{opening}", ParseChoice()));
        if (_at.Take('#'))
        {
            while (!_at.Take(')')) _at.Next();
            return null;
        }

        return ParseFlags();
    }

    private RegexNode? ParseFlags()
    {
        var (ignoreCase, dotAll, on) = (_ignoreCase, _dotAll, true);
        while (!_at.AtEnd && _at.Peek is not (')' or ':'))
        {
            switch (_at.Next())
            {
                case '-': on = false; break;
                case 'i': ignoreCase = on; break;
                case 'm': dotAll = on; break;
                default: throw _at.Refuse("a group other than (…), (?:…), (?>…), look-around and the flags i and m");
            }
        }

        if (_at.AtEnd) throw _at.Refuse("an open group");
        var (outerCase, outerDot) = (_ignoreCase, _dotAll);
        (_ignoreCase, _dotAll) = (ignoreCase, dotAll);

        // (?i) without a colon holds to the end of the group around it, as if that rest were a group.
        if (!_at.Take(':'))
        {
            _at.Next();
            return new RegexNode.Group("(?:", ParseChoice());
        }

        var group = Close(new RegexNode.Group("(?:", ParseChoice()));
        (_ignoreCase, _dotAll) = (outerCase, outerDot);
        return group;
    }

    private RegexNode Close(RegexNode node) => _at.Take(')') ? node : throw _at.Refuse("an open group");

    private RegexNode ParseRepeats(RegexNode node)
    {
        while (!_at.AtEnd)
        {
            var (least, most, isInterval) = (0, -1, false);
            if (_at.Take('*')) { }
            else if (_at.Take('+')) least = 1;
            else if (_at.Take('?')) most = 1;
            else if (_at.TakeInterval(out least, out most)) isInterval = true;
            else break;
            if (node is RegexNode.Anchor) throw _at.Refuse("a repeated anchor");

            // {n,m}+ repeats the repetition; only ?, * and + can be possessive. {n}? is optional, {n,m}? lazy.
            var suffix = !isInterval && _at.Take('+') ? "+" : (!isInterval || least != most) && _at.Take('?') ? "?" : "";
            node = new RegexNode.Repeat(node, least, most, suffix);
        }

        return node;
    }

    private RegexNode.Set Literal(int c) => new(_ignoreCase ? CaseFolding.Close(CodePointSet.Of(c)) : CodePointSet.Of(c));
}
