using TrlSharp.Rows;

namespace TrlSharp.Data.Tests.Rows;

public sealed class SplitSliceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-slices-").FullName;

    public SplitSliceTests()
    {
        File.WriteAllLines(Path.Combine(_folder, "train.jsonl"), Enumerable.Range(0, 21).Select(i => i == 7 ? "{bad" : $$"""{"n":{{i}}}"""));
        File.WriteAllLines(Path.Combine(_folder, "test.jsonl"), Enumerable.Range(100, 5).Select(i => $$"""{"n":{{i}}}"""));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>As <c>datasets.ReadInstruction</c> counts: percentages of 21 rows to the nearest row, halves to the even one.</summary>
    [Theory]
    [InlineData("train[:3]", "0 1 2")]
    [InlineData("train[18:]", "18 19 20")]
    [InlineData("train[5:10]", "5 6 8 9")]
    [InlineData("train[-2:]", "19 20")]
    [InlineData("train[:10%]", "0 1")]
    [InlineData("train[90%:]", "19 20")]
    [InlineData("train[10%:20%]", "2 3")]
    [InlineData("train[:-90%]", "0 1")]
    [InlineData("train[19:1000]", "19 20")]
    [InlineData("train[4:2]", "")]
    [InlineData("[:2]", "0 1")]
    [InlineData("test[1:3]", "101 102")]
    [InlineData("test[:]", "100 101 102 103 104")]
    public void Rows_of_a_slice(string split, string expected) =>
        Assert.Equal(expected, string.Join(' ', RowSources.Open(_folder, split).Read(_ => { }).Select(r => r.Value.Find("n")!.ToString())));

    [Fact]
    public void A_single_file_is_sliced_too_and_a_bad_row_counts_where_it_is()
    {
        var file = Path.Combine(_folder, "train.jsonl");
        Assert.Equal(2, RowSources.Open(file, "train[8:10]").Read().Count());
        Assert.Throws<DataException>(() => RowSources.Open(file, "train[6:8]").Read().Count());
        Assert.Equal([file], RowSources.Files(_folder, "train[:10%]"));
    }

    [Theory]
    [InlineData("train[:", "no split with a part of its rows")]
    [InlineData("train[a:b]", "no split with a part of its rows")]
    [InlineData("train[5]", "no split with a part of its rows")]
    [InlineData("train[:101%]", "not between -100% and 100%")]
    [InlineData("train[:99999999999999999999]", "too large")]
    public void What_is_no_slice_is_refused(string split, string message) =>
        Assert.Contains(message, Assert.Throws<ConfigException>(() => RowSources.Open(_folder, split)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_standard_input_tells_no_percentages() =>
        Assert.Contains("standard input", Assert.Throws<ConfigException>(() => RowSources.Open("-", "train[:10%]")).Message, StringComparison.Ordinal);
}
