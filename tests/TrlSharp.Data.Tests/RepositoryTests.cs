using System.Text.RegularExpressions;
using TrlSharp.Tests;

namespace TrlSharp.Data.Tests;

/// <summary>What CONTRIBUTING.md promises about the repository itself.</summary>
public sealed partial class RepositoryTests
{
    private const int LongestFile = 250;

    /// <summary>Tables: long because the world is.</summary>
    private static readonly HashSet<string> Tables = new(StringComparer.Ordinal) { "OtherOptionTable.cs", "TrainingOptionTable.cs", "DataOptionTable.cs" };

    [Fact]
    public void No_source_file_is_longer_than_250_lines_but_tables()
    {
        var tooLong = Sources("src", "bench", "samples").Where(f => !Tables.Contains(Path.GetFileName(f)))
            .Select(f => (File: Path.GetRelativePath(SharedData.RepositoryRoot, f), Lines: File.ReadLines(f).Count())).Where(f => f.Lines > LongestFile);
        Assert.Empty(tooLong);
    }

    [Fact]
    public void Every_paper_that_the_sources_cite_is_listed_in_papers_and_the_reverse()
    {
        var cited = Sources("src").SelectMany(f => Paper().Matches(File.ReadAllText(f))).Select(m => m.Value).ToHashSet(StringComparer.Ordinal);
        var listed = Paper().Matches(File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "papers.md"))).Select(m => m.Value).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(cited.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Links_between_pages_and_to_sources_lead_somewhere()
    {
        var pages = Directory.EnumerateFiles(SharedData.RepositoryRoot, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "docs"), "*.md", SearchOption.AllDirectories));
        var dead = from page in pages
                   from Match link in Link().Matches(File.ReadAllText(page))
                   let target = link.Groups["target"].Value
                   where !target.Contains("://", StringComparison.Ordinal)
                   let path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, target))
                   where !File.Exists(path) && !Directory.Exists(path)
                   select $"{Path.GetFileName(page)}: {target}";
        Assert.Empty(dead);
    }

    [Fact]
    public void No_code_draws_from_a_global_generator()
    {
        var draws = from file in Sources("src", "tests", "samples")
                    from line in File.ReadLines(file)
                    where GlobalDraw().IsMatch(line) && !line.Contains("generator:", StringComparison.Ordinal)
                    select $"{Path.GetFileName(file)}: {line.Trim()}";
        Assert.Empty(draws);
    }

    private static IEnumerable<string> Sources(params string[] folders) => folders
        .Select(f => Path.Combine(SharedData.RepositoryRoot, f)).Where(Directory.Exists)
        .SelectMany(f => Directory.EnumerateFiles(f, "*.cs", SearchOption.AllDirectories));

    [GeneratedRegex(@"arXiv:\d{4}\.\d{4,5}")]
    private static partial Regex Paper();

    /// <summary>Calls of torch that draw, and of .NET without a seed.</summary>
    [GeneratedRegex(@"(?<![.\w""])(randn|rand|randint|randperm|randn_like|rand_like|bernoulli|multinomial)\(|torch\.random|Random\.Shared|new Random\(\)")]
    private static partial Regex GlobalDraw();

    [GeneratedRegex(@"\]\((?<target>[^)#\s]+)(#[^)]*)?\)")]
    private static partial Regex Link();
}
