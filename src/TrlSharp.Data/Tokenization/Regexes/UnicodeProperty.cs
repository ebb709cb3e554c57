using System.Globalization;
using TrlSharp.Tokenization.Unicode;

namespace TrlSharp.Tokenization.Regexes;

/// <summary>The character sets that patterns name: <c>\p{…}</c>, POSIX brackets and the classes behind <c>\s \d \w \h</c>, as Oniguruma has them.</summary>
internal static class UnicodeProperty
{
    private static readonly string[] Categories =
        ["lu", "ll", "lt", "lm", "lo", "mn", "mc", "me", "nd", "nl", "no", "zs", "zl", "zp", "cc", "cf", "cs", "co", "pc", "pd", "ps", "pe", "pi", "pf", "po", "sm", "sc", "sk", "so", "cn"];

    private static readonly Dictionary<string, string> LongNames = new(StringComparer.Ordinal)
    {
        ["letter"] = "l", ["uppercaseletter"] = "lu", ["lowercaseletter"] = "ll", ["titlecaseletter"] = "lt", ["modifierletter"] = "lm", ["otherletter"] = "lo",
        ["mark"] = "m", ["nonspacingmark"] = "mn", ["spacingmark"] = "mc", ["enclosingmark"] = "me", ["number"] = "n", ["decimalnumber"] = "nd",
        ["letternumber"] = "nl", ["othernumber"] = "no", ["punctuation"] = "p", ["symbol"] = "s", ["mathsymbol"] = "sm", ["currencysymbol"] = "sc",
        ["modifiersymbol"] = "sk", ["othersymbol"] = "so", ["separator"] = "z", ["spaceseparator"] = "zs", ["other"] = "c", ["control"] = "cc",
        ["format"] = "cf", ["unassigned"] = "cn", ["privateuse"] = "co", ["digit"] = "nd", ["cntrl"] = "cc",
    };

    private static readonly Lazy<byte[]> CategoryOf = new(() =>
    {
        var table = new byte[0x110000];
        for (var c = 0; c < table.Length; c++) table[c] = (byte)CharUnicodeInfo.GetUnicodeCategory(c);
        return table;
    });

    public static CodePointSet Space { get; } = CodePointSet.Where(c => c < 0x10000 && char.IsWhiteSpace((char)c));

    public static CodePointSet NewLine { get; } = CodePointSet.Of('\n');

    /// <summary>The set of a POSIX bracket, or null: as a property of that name, but punctuation includes the symbols.</summary>
    public static CodePointSet? FindPosix(string name) => name == "punct" ? OfCategories("p").Union(OfCategories("s")) : Find(name);

    /// <summary>The set of a property, or null for a name that is not known here.</summary>
    public static CodePointSet? Find(string name)
    {
        var key = new string([.. name.Where(c => c is not (' ' or '_' or '-')).Select(char.ToLowerInvariant)]);
        if (key.StartsWith("is", StringComparison.Ordinal)) key = key[2..];
        return key switch
        {
            "any" => CodePointSet.Empty.Complement(),
            "space" or "whitespace" => Space,
            "word" => Where(c => CharacterClasses.IsWord(new System.Text.Rune(c))),
            "alpha" => FromFile("alphabetic"),
            "upper" => FromFile("uppercase"),
            "lower" => FromFile("lowercase"),
            "alnum" => FromFile("alphabetic")!.Union(OfCategories("nd")),
            "punct" => OfCategories("p"),
            "blank" => OfCategories("zs").Union(CodePointSet.Of('\t')),
            "xdigit" => CodePointSet.Of([('0', '9'), ('A', 'F'), ('a', 'f')]),
            "ascii" => CodePointSet.Of([(0, 0x7F)]),
            _ => General(LongNames.GetValueOrDefault(key, key)) ?? FromFile(key),
        };
    }

    /// <summary>\w, which differs from [[:word:]] in six Latin-1 digits.</summary>
    public static CodePointSet Word() => Where(c => CharacterClasses.IsOnigurumaWord(new System.Text.Rune(c)));

    /// <summary>A general category by its short name, or null.</summary>
    private static CodePointSet? General(string key) =>
        key is "l" or "m" or "n" or "p" or "s" or "z" or "c" || Array.IndexOf(Categories, key) >= 0 ? OfCategories(key) : null;

    /// <summary>All categories whose short name starts with a prefix.</summary>
    private static CodePointSet OfCategories(string prefix)
    {
        var table = CategoryOf.Value;
        var wanted = Categories.Select(name => name.StartsWith(prefix, StringComparison.Ordinal)).ToArray();
        return CodePointSet.Where(c => wanted[table[c]]);
    }

    private static CodePointSet Where(Func<int, bool> accepts) => CodePointSet.Where(c => c is < 0xD800 or > 0xDFFF && accepts(c));

    private static CodePointSet? FromFile(string key)
    {
        var ranges = UnicodeData.Lines("properties-16.0.txt").Where(line => line[0] == key).Select(line => (UnicodeData.CodePoint(line[1]), UnicodeData.CodePoint(line[2]))).ToList();
        return ranges.Count == 0 ? null : CodePointSet.Of(ranges);
    }
}
