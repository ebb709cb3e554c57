using System.Globalization;

namespace TrlSharp.Tokenization.Regexes;

/// <summary>A place in a pattern, which is read code point by code point.</summary>
internal sealed class RegexCursor(string pattern, string path)
{
    private int _at;

    public bool AtEnd => _at >= pattern.Length;

    /// <summary>The next code point, which stays.</summary>
    public int Peek => AtEnd ? throw Refuse("an unexpected end") : CodePointAt(_at);

    public int Next()
    {
        var c = Peek;
        _at += c > 0xFFFF ? 2 : 1;
        return c;
    }

    public bool Take(char c) => Take(c.ToString());

    public bool Take(string text)
    {
        if (!pattern.AsSpan(_at).StartsWith(text, StringComparison.Ordinal)) return false;
        _at += text.Length;
        return true;
    }

    /// <summary><c>{n}</c>, <c>{n,}</c>, <c>{n,m}</c>, <c>{,m}</c>; anything else leaves the brace to be a literal.</summary>
    public bool TakeInterval(out int least, out int most)
    {
        (least, most) = (0, -1);
        var start = _at;
        if (!Take('{')) return false;
        var low = TakeDigits();
        var comma = Take(',');
        var high = comma ? TakeDigits() : low;
        if (!Take('}') || (low.Length == 0 && high.Length == 0))
        {
            _at = start;
            return false;
        }

        least = Number(low, 0);
        most = Number(high, -1);
        return most < 0 || least <= most ? true : throw Refuse("an interval whose limits are the wrong way round");
    }

    /// <summary>The character that an escape stands for; the backslash has been read.</summary>
    public int EscapedCharacter()
    {
        var c = Next();
        switch (c)
        {
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'f': return '\f';
            case 'v': return '\v';
            case 'a': return '\a';
            case 'e': return 0x1B;
            case '0': return Number(TakeWhile(d => d is >= '0' and <= '7', 2), 0, 8);
            case 'x' when Take('{'):
                var value = Number(TakeWhile(Uri.IsHexDigit, 8), -1, 16);
                return Take('}') && value is >= 0 and <= 0x10FFFF ? value : throw Refuse("a code point that does not exist");
            case 'x': return Number(TakeWhile(Uri.IsHexDigit, 2), 0, 16);
            case 'u': return Number(TakeWhile(Uri.IsHexDigit, 4), -1, 16) is >= 0 and var unit ? unit : throw Refuse("\\u without four digits");
            default: return c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') ? throw Refuse($"\\{(char)c}") : c;
        }
    }

    /// <summary>Everything up to a character, which is read, too.</summary>
    public string Until(char end)
    {
        var length = pattern.AsSpan(_at).IndexOf(end);
        if (length < 0) throw Refuse($"a missing {end}");
        var text = pattern.Substring(_at, length);
        _at += length + 1;
        return text;
    }

    /// <summary>A refusal that names a construct.</summary>
    public ModelFolderException Refuse(string what) => new(
        $"{path}: the regex {pattern} has {what} before position {_at}, which TrlSharp does not implement. Ids would be wrong, so the tokenizer is refused.");

    private string TakeDigits() => TakeWhile(char.IsAsciiDigit, 6);

    private string TakeWhile(Func<char, bool> accepts, int limit)
    {
        var start = _at;
        while (_at < pattern.Length && _at - start < limit && accepts(pattern[_at])) _at++;
        return pattern[start.._at];
    }

    private static int Number(string digits, int empty, int radix = 10) => digits.Length == 0 ? empty : radix switch
    {
        16 => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
        8 => Convert.ToInt32(digits, 8),
        _ => int.Parse(digits, CultureInfo.InvariantCulture),
    };

    private int CodePointAt(int at) =>
        at + 1 < pattern.Length && char.IsSurrogatePair(pattern[at], pattern[at + 1]) ? char.ConvertToUtf32(pattern[at], pattern[at + 1]) : pattern[at];
}
