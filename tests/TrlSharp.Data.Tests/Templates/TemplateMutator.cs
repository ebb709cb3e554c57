using System.Text;

namespace TrlSharp.Data.Tests.Templates;

/// <summary>Damage to real templates: what typing errors, bad merges and attackers make of them.</summary>
internal sealed class TemplateMutator(IReadOnlyList<string> sources, ulong seed)
{
    private static readonly string[] Fragments =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", "(", ")", "[", "]", "{", "}", "'", "\"", "|", ".", ",", ":", "=", "==", "~", "*", "**", "//", "%", "\n", " ", "0", "1", "-1", "100000", "none", "true", "not ", " and ", " or ", " in ", " is ", " if ", " else ",
        "loop.index", "loop", "messages", "message", "namespace(a=1)", "{% if true %}", "{% endif %}", "{% for x in messages %}", "{% endfor %}", "{% set x = 1 %}", "{% macro m(a) %}", "{% endmacro %}", "{% break %}", "|tojson", "|trim", "|list", "|length", "|upper",
        "|join(',')", "|replace('a','b')", ".content", "['role']", "[1:]", "[::-1]", "raise_exception('x')", "range(3)", "{{ messages }}", "\\n", "\u2028", "é👍🏽",
    ];

    private readonly SeededRandom _random = new(seed);

    /// <summary>A template with one to three changes.</summary>
    public string Next()
    {
        var text = new StringBuilder(Pick(sources));
        for (var changes = 1 + _random.Next(3); changes > 0 && text.Length > 0; changes--) Change(text);
        return text.ToString();
    }

    private void Change(StringBuilder text)
    {
        var at = Place(text);
        var length = Math.Min(1 + _random.Next(12), text.Length - at);
        switch (_random.Next(6))
        {
            case 0: text.Remove(at, End(text, at, length) - at); break;
            case 1: text.Insert(at, Pick(Fragments)); break;
            case 2: text.Remove(at, End(text, at, length) - at).Insert(at, Pick(Fragments)); break;
            case 3: text.Insert(at, text.ToString(at, End(text, at, length) - at)); break;
            case 4: Splice(text, at); break;
            default: Swap(text, at); break;
        }
    }

    /// <summary>A piece of another template.</summary>
    private void Splice(StringBuilder text, int at)
    {
        var other = new StringBuilder(Pick(sources));
        var from = Place(other);
        text.Insert(at, other.ToString(from, End(other, from, Math.Min(1 + _random.Next(200), other.Length - from)) - from));
    }

    /// <summary>A word of the template in the place of another.</summary>
    private void Swap(StringBuilder text, int at)
    {
        var from = Place(text);
        var word = text.ToString(from, End(text, from, Math.Min(1 + _random.Next(10), text.Length - from)) - from);
        text.Insert(at, word);
    }

    /// <summary>Never inside a surrogate pair: Python would not read the template at all.</summary>
    private int Place(StringBuilder text)
    {
        var at = _random.Next(text.Length);
        return at > 0 && char.IsLowSurrogate(text[at]) ? at - 1 : at;
    }

    private static int End(StringBuilder text, int at, int length) => at + length < text.Length && char.IsLowSurrogate(text[at + length]) ? at + length + 1 : at + length;

    private string Pick(IReadOnlyList<string> choices) => choices[_random.Next(choices.Count)];
}
