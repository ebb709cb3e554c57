using System.Text.RegularExpressions;
using TrlSharp.Examples;
using TrlSharp.Rows;
using TrlSharp.Tests;

namespace TrlSharp.Data.Tests.Examples;

/// <summary>Every example row of docs/data.md reads as the format in whose line it stands.</summary>
public sealed partial class DataPageTests
{
    [Fact]
    public void Every_example_row_reads_as_its_format()
    {
        var format = RowFormat.Text;
        var seen = new HashSet<RowFormat>();
        foreach (var line in File.ReadLines(Path.Combine(SharedData.RepositoryRoot, "docs", "data.md")))
        {
            if (Line().Match(line) is not { Success: true } match) continue;
            if (match.Groups["name"].Success) format = Enum.Parse<RowFormat>(match.Groups["name"].Value.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
            var row = new Row(RowValue.Parse(match.Groups["row"].Value), new("data.md", 1));
            var purpose = format switch { RowFormat.Unpaired => ExamplePurpose.Unpaired, RowFormat.Prompt => ExamplePurpose.Prompt, _ => ExamplePurpose.Sft };
            Assert.Equal(format, new ExampleReader(new() { Purpose = purpose, TrainOnChosen = true }).Read(row).Format);
            seen.Add(format);
        }

        Assert.Equal(Enum.GetValues<RowFormat>(), seen.Order());
    }

    [GeneratedRegex("""^\| (`(?<name>[a-z_]+)`|…)[^|]*\| `(?<row>\{.*?\})`""")]
    private static partial Regex Line();
}
