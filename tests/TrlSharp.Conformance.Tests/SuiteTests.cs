using TrlSharp.Tests;

namespace TrlSharp.Conformance.Tests;

public sealed class SuiteTests
{
    public static TheoryData<string> ImplementedSuites => [.. Suites.Implemented.Keys];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(ImplementedSuites))]
    public void Every_case_of_the_suite_equals_the_reference(string suite)
    {
        var folder = SharedData.Path("conformance", suite);
        var results = Suites.Implemented[suite](folder).ToList();
        var failed = results.Where(r => r.Outcome == CaseOutcome.Failed).ToList();
        Assert.True(failed.Count == 0, $"{failed.Count} of {results.Count} cases failed; the first: {failed.FirstOrDefault()?.Name}: {failed.FirstOrDefault()?.Detail}");
        Assert.NotEmpty(results);
    }

    [Fact]
    public void The_page_of_differences_shows_the_rows_that_trl_gets_wrong() =>
        WrittenPage.CheckBlock("docs/differences-from-trl.md", "rows", SftDataDifferences.Write(SharedData.Path("conformance", "sft_data")));
}
