using System.Text.RegularExpressions;

namespace TrlSharp.Sequences.Profiles;

/// <summary>
/// Names of variables about thinking that a template reads from outside: found in its code, not in its texts, and not set by the template itself. Whether
/// one changes anything is found out by rendering, so a name too many costs a few renders and nothing else.
/// </summary>
internal static partial class ThinkingSwitches
{
    public static IEnumerable<string> In(string source)
    {
        var code = string.Join('\n', Code().Matches(source).Select(m => Quoted().Replace(m.Value, "''")));
        var own = Assigned().Matches(code).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        return Name().Matches(code).Select(m => m.Value).Where(n => (!own.Contains(n) || Defaulted(code, n)) && !Graded().IsMatch(n)).Distinct(StringComparer.Ordinal);
    }

    /// <summary><c>{% set x = x if x is defined else … %}</c> reads x from outside although it sets it.</summary>
    private static bool Defaulted(string code, string name) => Regex.IsMatch(code, $@"\b{name}\s+is\s+(not\s+)?(un)?defined|\b{name}\s*\|\s*default", RegexOptions.CultureInvariant);

    /// <summary>Names of what has degrees and is no switch.</summary>
    [GeneratedRegex("effort|level|budget|token|content|tag|text", RegexOptions.CultureInvariant)]
    private static partial Regex Graded();

    [GeneratedRegex(@"\{%.*?%\}|\{\{.*?\}\}", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Code();

    [GeneratedRegex(@"'(?:\\.|[^'\\])*'|""(?:\\.|[^""\\])*""", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?:\bset|\bfor)\s+(\w+)", RegexOptions.CultureInvariant)]
    private static partial Regex Assigned();

    [GeneratedRegex(@"(?<![\w.])\w*(?:think|reason|thought)\w*(?!\w|\s*\()", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
