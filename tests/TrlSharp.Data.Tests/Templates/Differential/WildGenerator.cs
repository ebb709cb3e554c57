using System.Text;
using System.Text.RegularExpressions;
using TrlSharp.Tests;

namespace TrlSharp.Data.Tests.Templates.Differential;

/// <summary>Programs of <c>wild.grammar</c>: mostly one feature each, in odd forms, so that a mistake is not hidden behind another's error.</summary>
internal sealed partial class WildGenerator(int seed)
{
    /// <summary>From here on only patterns that end.</summary>
    private const int MaxDepth = 3;

    private static readonly Dictionary<string, string[]> Patterns = Read();
    private static readonly Dictionary<string, string[]> Leaves = Patterns.ToDictionary(p => p.Key, p => p.Value.Where(v => !v.Contains('«', StringComparison.Ordinal)).ToArray());

    private readonly SeededRandom _random = new((ulong)seed);

    public string Next()
    {
        var program = new StringBuilder();
        Expand("«program»", 0, program);
        return program.ToString();
    }

    private static Dictionary<string, string[]> Read()
    {
        var path = Path.Combine(SharedData.RepositoryRoot, "tests", "TrlSharp.Data.Tests", "Templates", "Differential", "wild.grammar");
        var lists = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var section in Headings().Split(File.ReadAllText(path).TrimEnd('\n'))[1..].Chunk(2))
        {
            var body = section[1].EndsWith("\n\n", StringComparison.Ordinal) ? section[1][1..^2] : section[1][1..].TrimEnd('\n');
            lists.Add(section[0], body.Split('\n'));
        }

        return lists;
    }

    private void Expand(string pattern, int depth, StringBuilder output)
    {
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '«':
                    var end = End(pattern, i);
                    Place(pattern[(i + 1)..end], depth, output);
                    i = end;
                    break;
                case '⏎': output.Append('\n'); break;
                case '␍': output.Append('\r'); break;
                case '·' or '¨': output.Append(Pick(["", "", "", "", "-", "+"])); break;
                default: output.Append(pattern[i]); break;
            }
        }
    }

    private void Place(string place, int depth, StringBuilder output)
    {
        if (!Patterns.TryGetValue(place, out var patterns)) Expand(Pick(Alternatives(place)), depth + 1, output);
        else Expand(Pick(depth > MaxDepth && Leaves[place].Length > 0 ? Leaves[place] : patterns), depth + 1, output);
    }

    private static int End(string pattern, int open)
    {
        for (var (i, depth) = (open, 0); ; i++)
        {
            if (pattern[i] == '«') depth++;
            else if (pattern[i] == '»' && --depth == 0) return i;
        }
    }

    private static string[] Alternatives(string words)
    {
        var found = new List<string>();
        var (start, depth) = (0, 0);
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i] == '«') depth++;
            else if (words[i] == '»') depth--;
            else if (words[i] == '|' && depth == 0)
            {
                found.Add(words[start..i]);
                start = i + 1;
            }
        }

        return [.. found, words[start..]];
    }

    [GeneratedRegex(@"^\[([a-z ]+)\]$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Headings();

    private string Pick(string[] choices) => choices[_random.Next(choices.Length)];
}
