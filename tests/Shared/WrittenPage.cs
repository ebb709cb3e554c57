namespace TrlSharp.Tests;

/// <summary>Pages of <c>docs/</c> that a test prints, so that they cannot become untrue.</summary>
internal static class WrittenPage
{
    private const string Write = "TRLSHARP_WRITE_DOCS";

    /// <summary>Fails when the page in the repository is not what the program prints today; with TRLSHARP_WRITE_DOCS=1 it is written anew.</summary>
    /// <param name="page">Path below the repository root.</param>
    /// <param name="content">The whole page, lines ending in <c>\n</c>.</param>
    public static void Check(string page, string content)
    {
        var path = Path.Combine(SharedData.RepositoryRoot, page);
        if (Environment.GetEnvironmentVariable(Write) == "1")
        {
            File.WriteAllText(path, content);
            return;
        }

        var written = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        Assert.True(written == content, $"{page} is not what the program prints today: {Difference(written, content)} Run this test with {Write}=1 and read the change.");
    }

    /// <summary>Replaces what stands between <c>&lt;!-- name --&gt;</c> and <c>&lt;!-- /name --&gt;</c> of a page that people write the rest of.</summary>
    public static void CheckBlock(string page, string name, string content)
    {
        var (begin, end) = ($"<!-- {name} -->\n", $"<!-- /{name} -->");
        var text = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, page)).ReplaceLineEndings("\n");
        var (from, to) = (text.IndexOf(begin, StringComparison.Ordinal), text.IndexOf(end, StringComparison.Ordinal));
        Assert.True(from >= 0 && to > from, $"{page} has no block {begin.TrimEnd()} … {end}.");
        Check(page, $"{text[..(from + begin.Length)]}{content}{text[to..]}");
    }

    private static string Difference(string written, string content)
    {
        var (a, b) = (written.Split('\n'), content.Split('\n'));
        for (var line = 0; line < Math.Max(a.Length, b.Length); line++)
        {
            var (left, right) = (a.ElementAtOrDefault(line), b.ElementAtOrDefault(line));
            if (left != right) return $"line {line + 1} is “{left}”, should be “{right}”.";
        }

        return "they differ in their ends.";
    }
}
