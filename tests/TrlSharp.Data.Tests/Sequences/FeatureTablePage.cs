using System.Globalization;
using System.Text.RegularExpressions;
using TrlSharp.Tests;

namespace TrlSharp.Data.Tests.Sequences;

/// <summary><c>docs/feature-table.md</c> names tests that exist, and answers every question with yes and a test, or with no.</summary>
public sealed partial class FeatureTablePage
{
    private static readonly string Page = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "feature-table.md"));

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var tests = Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Method().Matches(File.ReadAllText(file)).Select(m => m.Groups["name"].Value)).ToHashSet(StringComparer.Ordinal);
        var named = Name().Matches(Page).Select(m => m.Groups["name"].Value).Distinct(StringComparer.Ordinal).ToList();
        Assert.True(named.Count > 60);
        Assert.Equal([], named.Where(name => !tests.Contains(name)));
    }

    [Fact]
    public void Every_question_is_answered()
    {
        var rows = Page.Split('\n').Select(line => Question().Match(line)).Where(m => m.Success).ToList();
        Assert.Equal(Enumerable.Range(1, 70), rows.Select(m => int.Parse(m.Groups["number"].Value, CultureInfo.InvariantCulture)));
        Assert.All(rows, m => Assert.Equal(m.Groups["answer"].Value == "yes", Name().IsMatch(m.Groups["test"].Value)));
        Assert.Equal(Enumerable.Range(1, 20).Select(i => string.Create(CultureInfo.InvariantCulture, $"| P{i:00} |")), Page.Split('\n').Where(l => l.StartsWith("| P", StringComparison.Ordinal)).Select(l => l[..7]));
    }

    [GeneratedRegex(@"public (void|async Task) (?<name>\w+)\(", RegexOptions.ExplicitCapture)]
    private static partial Regex Method();

    /// <summary>A name of a test has three words or more.</summary>
    [GeneratedRegex(@"`(?<name>[A-Z]\w*_\w+_\w+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Name();

    [GeneratedRegex(@"^\| (?<number>\d+) \| [^|]+ \| (?<answer>yes|no) \| (?<where>[^|]*) ?\| (?<test>[^|]*) ?\|$", RegexOptions.ExplicitCapture)]
    private static partial Regex Question();
}
