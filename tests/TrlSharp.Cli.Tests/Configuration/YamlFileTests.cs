using TrlSharp.Cli.Configuration;

namespace TrlSharp.Cli.Tests.Configuration;

public sealed class YamlFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Plain_scalars_become_typed_and_quoted_ones_stay_text()
    {
        File.WriteAllText(_path, "learning_rate: 2e-5\nmax_steps: 10\npacking: yes\nname: \"10\"\nnone: ~\ndir: .5e\nlist: [1, a, 0.5]\nkwargs:\n  min_lr: 1.0e-6\n");
        var entries = YamlFile.Load(_path);
        Assert.Equal("2E-05|10|true|\"10\"|null|\".5e\"|[1,\"a\",0.5]|{\"min_lr\":1E-06}", string.Join('|', entries.Select(e => e.Value.ToString())));
        Assert.Equal(3, entries.Single(e => e.Key == "packing").Line);
    }

    [Theory]
    [InlineData("a: [1", "malformed YAML")]
    [InlineData("- a\n- b\n", "must be a map")]
    [InlineData("a: 1\n---\nb: 2\n", "2 YAML documents")]
    [InlineData("a: 1\na: 2\n", "malformed YAML")]
    public void Faults_name_file_and_line(string yaml, string part)
    {
        File.WriteAllText(_path, yaml);
        var e = Assert.Throws<ConfigException>(() => YamlFile.Load(_path));
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
        Assert.Contains(_path, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("does not exist", Assert.Throws<ConfigException>(() => YamlFile.Load("/no/such.yaml")).Message, StringComparison.Ordinal);
}
