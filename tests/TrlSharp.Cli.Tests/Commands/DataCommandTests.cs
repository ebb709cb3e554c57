using TrlSharp.Cli.Demo;
using TrlSharp.Rows;

namespace TrlSharp.Cli.Tests.Commands;

public sealed class DataCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp data ü ").FullName;

    private string Model => Path.Combine(_folder, "model");

    public DataCommandTests() => DemoModel.Write(Model, seed: 1);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Stats_count_rows_formats_roles_and_lengths_and_write_one_page()
    {
        var html = Path.Combine(_folder, "stats.html");
        var (code, text, error) = await Cli.RunAsync("data", "stats", Mixed(), "--html", html);
        Assert.Equal((ExitCode.Done, ""), (code, error));
        foreach (var part in new[] { "| rows read          | 4 ", "|   Messages         | 1 ", "|   PromptCompletion | 1 ", "|   refused          | 2 ", "mixed.jsonl:3: no known format", "mixed.jsonl:4: Malformed JSON" })
            Assert.Contains(part, text, StringComparison.Ordinal);
        var page = await File.ReadAllTextAsync(html, TestContext.Current.CancellationToken);
        Assert.Contains("mixed.jsonl:3: no known format", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stats_with_a_model_tell_tokens_and_trained_shares()
    {
        var (code, text, error) = await Cli.RunAsync("data", "stats", Mixed(), "--model_name_or_path", Model);
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Contains("refused                       2", text, StringComparison.Ordinal);
        Assert.Contains("tokens per example: 2, mean", text, StringComparison.Ordinal);
        Assert.Contains("trained share per example, in %: 2, mean", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_names_every_row_that_cannot_be_used()
    {
        var (code, text, _) = await Cli.RunAsync("data", "verify", Mixed());
        Assert.Equal(ExitCode.Data, code);
        Assert.Contains("4 rows, 2 refused", text, StringComparison.Ordinal);
        (code, text, _) = await Cli.RunAsync("data", "verify", Chats(), "--model_name_or_path", Model);
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("12 rows, 0 refused", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_shows_rows_as_they_are_understood_and_with_a_model_their_masks()
    {
        var (code, text, _) = await Cli.RunAsync("data", "head", Mixed(), "-n", "1");
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("""{"messages":[{"role":"user","content":"1+1?"},{"role":"assistant","content":"2"}]}""", text, StringComparison.Ordinal);
        (_, text, _) = await Cli.RunAsync("data", "head", Mixed(), "-n", "1", "--model-name-or-path", Model);
        Assert.Contains("[2]content", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Convert_writes_what_reads_back_the_same_and_nothing_when_a_row_is_refused()
    {
        var output = Path.Combine(_folder, "out.jsonl.gz");
        var (code, _, error) = await Cli.RunAsync("data", "convert", Mixed(), "--output", output);
        Assert.Equal(ExitCode.Data, code);
        Assert.Contains("mixed.jsonl:3", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder, "*out.jsonl*"));

        (code, var text, _) = await Cli.RunAsync("data", "convert", Mixed(), "--output", output, "--keep_going");
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("4 rows read, 2 examples written", text, StringComparison.Ordinal);
        Assert.Equal(
            ["""{"messages":[{"role":"user","content":"1+1?"},{"role":"assistant","content":"2"}]}""", """{"prompt":"a","completion":"b","id":7}"""],
            RowSources.Open(output).Read().Select(r => r.Value.ToString()));
    }

    [Fact]
    public async Task Prepare_keeps_what_verify_checks_and_damage_is_found()
    {
        var cache = Path.Combine(_folder, "cache");
        var (code, text, error) = await Cli.RunAsync("data", "prepare", Chats(), "--model_name_or_path", Model, "--data_cache", cache, "--packing", "--max_length", "256");
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Contains("kept in " + cache, text, StringComparison.Ordinal);
        (code, text, _) = await Cli.RunAsync("data", "verify", cache);
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("sound", text, StringComparison.Ordinal);

        var file = Assert.Single(Directory.GetFiles(cache));
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        bytes[40] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        (code, text, _) = await Cli.RunAsync("data", "verify", cache);
        Assert.Equal(ExitCode.Data, code);
        Assert.Contains("damaged", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    public async Task Prepare_keeps_nothing_where_none_is_said(string none)
    {
        var (code, text, error) = await Cli.RunAsync("data", "prepare", Chats(), "--model_name_or_path", Model, "--data_cache", none, "--max_length", "256");
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Contains("not kept", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_of_a_file_without_rows_says_so()
    {
        var path = Path.Combine(_folder, "blank.jsonl");
        await File.WriteAllTextAsync(path, "\n\n", TestContext.Current.CancellationToken);
        Assert.Equal((ExitCode.Done, "no rows\n", ""), await Cli.RunAsync("data", "head", path));
    }

    [Fact]
    public async Task The_cache_is_listed_and_cleared()
    {
        var cache = Path.Combine(_folder, "cache");
        await Cli.RunAsync("data", "prepare", Chats(), "--model_name_or_path", Model, "--data_cache", cache, "--packing", "--max_length", "256");
        var (code, text, error) = await Cli.RunAsync("data", "cache", "--data-cache", cache);
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Contains(": 1 prepared data sets", text, StringComparison.Ordinal);

        // Used a moment ago: it may be in use.
        (_, text, _) = await Cli.RunAsync("data", "cache", "--data_cache", cache, "--clear");
        Assert.Contains("0 removed", text, StringComparison.Ordinal);
        File.SetLastAccessTimeUtc(Assert.Single(Directory.GetFiles(cache)), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        (_, text, _) = await Cli.RunAsync("data", "cache", "--data_cache", cache, "--clear");
        Assert.Contains("0 prepared data sets, 0.0 MB; 1 removed", text, StringComparison.Ordinal);
        (code, text, _) = await Cli.RunAsync("data", "cache", "--data_cache", Path.Combine(_folder, "nowhere"));
        Assert.Equal(ExitCode.Done, code);
        Assert.Equal(ExitCode.Usage, (await Cli.RunAsync("data", "cache", "--data_cache", "none")).ExitCode);
    }

    [Fact]
    public async Task Parts_of_a_split_segments_and_lists_of_strings_are_read()
    {
        var (code, text, _) = await Cli.RunAsync("data", "stats", Chats(), "--dataset_train_split", "train[:25%]");
        Assert.Equal(ExitCode.Done, code);
        Assert.Matches(@"\| rows read +\| 3 ", text);
        var other = Write("other.jsonl", """{"segments": [{"label": false, "text": "<|im_start|>hi "}, {"label": true, "text": "hello<|im_end|>"}]}""", """{"conversations": ["hi", "hello"]}""");
        (code, text, _) = await Cli.RunAsync("data", "head", other, "--model_name_or_path", Model);
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("Segments", text, StringComparison.Ordinal);
        Assert.Contains("other.jsonl:2  Messages", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_and_roles_are_mapped_by_flags()
    {
        var path = Write("own.jsonl", """{"dialog": [{"who": "customer", "says": "hi"}, {"who": "agent", "says": "hello"}], "label": true}""");
        var (code, text, _) = await Cli.RunAsync(
            "data", "head", path, "--columns", """{"messages": "dialog"}""", "--role_key", "who", "--content_key", "says", "--roles", """{"customer": "user", "agent": "assistant"}""", "--ignored_columns", "label");
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("""{"role":"user","content":"hi"},{"role":"assistant","content":"hello"}""", text, StringComparison.Ordinal);
    }

    private string Mixed() => Write(
        "mixed.jsonl", """{"messages": [{"role": "user", "content": "1+1?"}, {"role": "assistant", "content": "2"}]}""", """{"prompt": "a", "completion": "b", "id": 7}""", """{"n": 1}""", "{bad");

    private string Chats() => Write("chats.jsonl", [.. MiniNectar.Chats(12, seed: 1).Select(c => c.ToString())]);

    private string Write(string name, params string[] lines)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllLines(path, lines);
        return path;
    }
}
