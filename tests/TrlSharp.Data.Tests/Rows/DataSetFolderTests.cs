using TrlSharp.Rows;

namespace TrlSharp.Data.Tests.Rows;

public sealed class DataSetFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp-set-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_front_matter_says_which_files_are_which_split()
    {
        Write("README.md", """
            ---
            license: mit
            configs:
            - config_name: default
              data_files:
              - split: train_sft
                path: data/a-*
              - split: test
                path: ["data/b.jsonl", "extra/*.jsonl"]
            - config_name: small
              data_dir: little
            ---
            # Text
            """);
        foreach (var file in new[] { "data/a-0.jsonl", "data/a-1.jsonl", "data/b.jsonl", "extra/c.jsonl", "little/d.jsonl" }) Write(file, $"{{\"f\":\"{file}\"}}");
        Assert.Equal(["data/a-0.jsonl", "data/a-1.jsonl"], Read(split: "train_sft"));
        Assert.Equal(["data/b.jsonl", "extra/c.jsonl"], Read(split: "test"));
        Assert.Equal(["little/d.jsonl"], Read(configuration: "small"));
        Assert.Contains("test, train_sft", Assert.Throws<ConfigException>(() => Read()).Message, StringComparison.Ordinal);
        Assert.Contains("default, small", Assert.Throws<ConfigException>(() => Read(configuration: "big")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("---\nconfigs:\n- data_files: \"*.jsonl\"\n---\n", "a.jsonl")]
    [InlineData("---\nlicense: mit\n---\n", "a.jsonl")]
    [InlineData("no front matter", "a.jsonl")]
    [InlineData("---\nconfigs:\n- config_name: x\n  data_files: a.jsonl\n- config_name: y\n  data_files: a.jsonl\n---\n", "Name one")]
    [InlineData("---\nconfigs:\n- data_files: b-*.jsonl\n---\n", "no data file matches")]
    [InlineData("---\nconfigs: [\n---\n", "not valid YAML")]
    public void Other_front_matter_is_understood_or_refused(string card, string expected)
    {
        Write("README.md", card);
        Write("a.jsonl", "{\"f\":\"a.jsonl\"}");
        if (expected == "a.jsonl") Assert.Equal([expected], Read());
        else Assert.Contains(expected, Assert.Throws<ConfigException>(() => Read()).Message, StringComparison.Ordinal);
    }

    private List<string> Read(string? split = null, string? configuration = null) =>
        [.. RowSources.Open(_folder, split, configuration).Read().Select(r => r.Value.Find("f")!.Text)];

    private void Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
