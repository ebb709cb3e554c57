namespace TrlSharp.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("doctr", "unknown command 'doctr'. Did you mean doctor?")]
    [InlineData("doctor --hlep", "unknown option '--hlep'. Did you mean --help?")]
    [InlineData("sft --dataset_name a.jsonl --output_dr out", "unknown option '--output_dr'. Did you mean --output_dir?")]
    [InlineData("sft --dataset_name=--a --max_step=3", "unknown option '--max_step'. Did you mean --max_steps?")]
    public async Task A_typing_error_is_one_line_with_the_nearest_name(string line, string part)
    {
        var (code, output, error) = await Cli.RunAsync(line.Split(' '));
        Assert.Equal(ExitCode.Usage, code);
        Assert.Empty(output);
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Help_lists_the_exit_codes()
    {
        var (code, output, _) = await Cli.RunAsync("--help");
        Assert.Equal(ExitCode.Done, code);
        foreach (var (value, meaning) in ExitCode.Table) Assert.Contains($"{value,3}  {meaning}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_readme_documents_every_exit_code()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(TrlSharp.Tests.SharedData.RepositoryRoot, "README.md"), TestContext.Current.CancellationToken);
        foreach (var (value, meaning) in ExitCode.Table)
            Assert.Contains($"| {value} | {meaning.Split(';', '(')[0].TrimEnd()}", readme, StringComparison.Ordinal);
    }
}
