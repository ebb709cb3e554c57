using TrlSharp.Tokenization.Unicode;

namespace TrlSharp.Tokenization.Regexes;

/// <summary>Parses bracket expressions, with nesting, <c>&amp;&amp;</c> and POSIX names, and escapes that stand for sets.</summary>
internal sealed class RegexClassParser(RegexCursor at)
{
    private const int MaxDepth = 50;
    private int _depth;

    /// <summary>The set of a bracket expression whose <c>[</c> has been read.</summary>
    /// <param name="ignoreCase">Whether it takes in what differs by case from its members, before it is negated. Brackets in brackets do not do so by themselves.</param>
    public CodePointSet ParseClass(bool ignoreCase)
    {
        if (++_depth > MaxDepth) throw at.Refuse($"classes nested more than {MaxDepth} deep");
        var negated = at.Take('^');
        CodePointSet? conjunction = null;
        var current = CodePointSet.Empty;
        var first = true;
        while (first || !at.Take(']'))
        {
            if (at.Take("&&"))
            {
                conjunction = conjunction is null ? current : conjunction.Intersect(current);
                current = CodePointSet.Empty;
            }
            else
            {
                current = current.Union(ParseItem());
            }

            first = false;
        }

        if (conjunction is not null) current = conjunction.Intersect(current);
        if (ignoreCase) current = CaseFolding.Close(current);
        _depth--;
        return negated ? current.Complement() : current;
    }

    /// <summary>The set of an escape such as \s or \p{L}; null when it is the escape of one character. The backslash has been read.</summary>
    /// <param name="inClass">Oniguruma's \w and \p{Word} take in ² ³ ¹ ¼ ½ ¾ outside of brackets, and not inside.</param>
    public CodePointSet? ParseEscapedSet(bool inClass)
    {
        CodePointSet? set = at.Peek switch
        {
            's' or 'S' => UnicodeProperty.Space,
            'd' or 'D' => UnicodeProperty.Find("nd")!,
            'w' or 'W' => inClass ? UnicodeProperty.Find("word")! : UnicodeProperty.Word(),
            'h' or 'H' => UnicodeProperty.Find("xdigit")!,
            'p' or 'P' => CodePointSet.Empty,
            _ => null,
        };
        if (set is null) return null;
        var letter = at.Next();
        if (letter is 'p' or 'P') set = ParseProperty(inClass);
        return letter is >= 'A' and <= 'Z' ? set.Complement() : set;
    }

    private CodePointSet ParseProperty(bool inClass)
    {
        if (!at.Take('{')) throw at.Refuse("\\p without {");
        var negated = at.Take('^');
        var name = at.Until('}');
        var isWord = !inClass && name.Equals("word", StringComparison.OrdinalIgnoreCase);
        var set = isWord ? UnicodeProperty.Word() : UnicodeProperty.Find(name) ?? throw at.Refuse($"the property \\p{{{name}}}");
        return negated ? set.Complement() : set;
    }

    private CodePointSet ParseItem()
    {
        if (at.Take("[:"))
        {
            var negated = at.Take('^');
            var name = at.Until(':');
            if (!at.Take(']')) throw at.Refuse("an open [:");
            var set = UnicodeProperty.FindPosix(name) ?? throw at.Refuse($"the class [:{name}:]");
            return negated ? set.Complement() : set;
        }

        if (at.Take('[')) return ParseClass(ignoreCase: false);
        var low = -1;
        if (at.Take('\\') && ParseEscapedOrNull(out low) is { } escaped) return escaped;
        if (low < 0) low = at.Next();
        if (!at.Take('-')) return CodePointSet.Of(low);

        // A dash at the end or before a set is a dash.
        if (at.Peek is ']' or '[') return CodePointSet.Of([(low, low), ('-', '-')]);
        var high = -1;
        if (at.Take('\\') && ParseEscapedOrNull(out high) is { } after) return after.Union(CodePointSet.Of([(low, low), ('-', '-')]));
        if (high < 0) high = at.Next();
        return low <= high ? CodePointSet.Of([(low, high)]) : throw at.Refuse("a range whose ends are the wrong way round");
    }

    private CodePointSet? ParseEscapedOrNull(out int character)
    {
        character = -1;
        if (ParseEscapedSet(inClass: true) is { } set) return set;
        if (at.Peek == 'b')
        {
            at.Next();
            character = '\b';
            return null;
        }

        character = at.EscapedCharacter();
        return null;
    }
}
