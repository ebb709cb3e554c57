using TrlSharp.Sft.Options;

namespace TrlSharp.Tests.Sft.Options;

public sealed class DifferencesPageTests
{
    private const string Begin = "<!-- settings -->\n";
    private const string End = "<!-- /settings -->";

    /// <summary>TRLSHARP_WRITE_DOCS=1 writes the page instead.</summary>
    [Fact]
    public void The_page_of_differences_says_what_the_table_says()
    {
        var path = Path.Combine(SharedData.RepositoryRoot, "docs", "differences-from-trl.md");
        var page = File.ReadAllText(path).ReplaceLineEndings("\n");
        var (start, end) = (page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, page.IndexOf(End, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("TRLSHARP_WRITE_DOCS") == "1") File.WriteAllText(path, page[..start] + SftOptionTable.ToMarkdown() + page[end..]);
        else Assert.Equal(SftOptionTable.ToMarkdown(), page[start..end]);
    }
}
