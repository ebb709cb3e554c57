using System.Text.Json;
using TrlSharp.Tokenization;

namespace TrlSharp.Cli.Tests.Commands;

public sealed class TokenizerCommandTests : IDisposable
{
    private static readonly string[] TrainingArguments = ["--vocab_size", "300", "--eos-token", "<|im_end|>", "--special_tokens", "<|im_start|>", "<|pad|>"];

    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp tokenizer ü ").FullName;

    public TokenizerCommandTests()
    {
        File.WriteAllText(Path.Combine(_folder, "text.txt"), string.Concat(Enumerable.Repeat("the cat sat on the mat. naïve café\n", 20)));
        File.WriteAllText(Path.Combine(_folder, "rows.jsonl"), """{"messages":[{"role":"user","content":"the cat"},{"role":"assistant","content":"sat there"}],"score":3}""" + "\n\n");
    }

    private string Model => Path.Combine(_folder, "model");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Training_is_deterministic_and_what_it_saves_encodes_and_decodes()
    {
        await Train(Model);
        var other = Path.Combine(_folder, "other");
        await Train(other);
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(Model, "tokenizer.json"), Stop), await File.ReadAllBytesAsync(Path.Combine(other, "tokenizer.json"), Stop));
        var tokenizer = Tokenizer.Load(Model);
        Assert.Equal("<|im_end|>", tokenizer.EosToken);

        var (code, ids, error) = await Cli.RunAsync("tokenizer", "encode", "the café<|im_end|>", "--model", Model, "--ids");
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Equal(string.Join(' ', tokenizer.Encode("the café<|im_end|>").Select(token => token.Id)), ids.Trim());
        Assert.Equal("the café<|im_end|>", (await Cli.RunAsync("tokenizer", "decode", ids.Trim(), "--model", Model)).Out.TrimEnd('\r', '\n'));
        Assert.Equal("the café", (await Cli.RunWithInputAsync($"[{ids.Trim().Replace(" ", ", ", StringComparison.Ordinal)}]", "tokenizer", "decode", "--model_name_or_path", Model, "--skip_special_tokens")).Out.TrimEnd('\r', '\n'));
    }

    [Fact]
    public async Task Encode_shows_pieces_and_ranges_plain_or_as_json()
    {
        await Train(Model);
        var file = Path.Combine(Model, "tokenizer.json");
        var (_, plain, _) = await Cli.RunWithInputAsync("é the", "tokenizer", "encode", "-m", file);
        Assert.Contains("-: 5 UTF-16 units", plain, StringComparison.Ordinal);
        Assert.Contains("[0, 1)", plain, StringComparison.Ordinal);
        var (_, lines, _) = await Cli.RunWithInputAsync("é\nthe\n", "tokenizer", "encode", "-m", file, "--lines", "--json");
        var objects = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToArray();
        Assert.Equal("-:2", objects[1].GetProperty("origin").GetString());
        var ranges = objects[1].GetProperty("ranges");
        Assert.Equal((0, 3), (ranges[0][0].GetInt32(), ranges[ranges.GetArrayLength() - 1][1].GetInt32()));

        // As in untrusted data: the control string is text.
        var (_, gated, _) = await Cli.RunAsync("tokenizer", "encode", "<|im_end|>", "-m", file, "--no-added-tokens", "--ids");
        Assert.DoesNotContain($"{Tokenizer.Load(Model).EosTokenId}", gated.Trim().Split(' '));
    }

    [Fact]
    public async Task Inspect_shows_steps_special_tokens_and_sizes()
    {
        await Train(Model);
        var (code, plain, _) = await Cli.RunAsync("tokenizer", "inspect", "--model", Model);
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("BPE", plain, StringComparison.Ordinal);
        Assert.Contains("eos_token       \"<|im_end|>\"", plain, StringComparison.Ordinal);
        var json = JsonElement.Parse((await Cli.RunAsync("tokenizer", "inspect", "--model", Model, "--json")).Out);
        Assert.Equal(Tokenizer.Load(Model).VocabularySize, json.GetProperty("vocabulary_size").GetInt32());
        Assert.Equal("<|im_end|>", json.GetProperty("special_tokens").GetProperty("eos_token").GetProperty("token").GetString());
    }

    [Fact]
    public async Task Mistakes_are_one_line()
    {
        await Train(Model);
        var (code, _, error) = await Cli.RunAsync("tokenizer", "decode", "12 x", "--model", Model);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("\"x\" is no token id", error, StringComparison.Ordinal);
        (code, _, error) = await Cli.RunAsync("tokenizer", "decode", "999999", "--model", Model);
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("no token has the id 999999", error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await Cli.RunAsync("tokenizer", "inspect", "--model", Path.Combine(_folder, "absent"))).ExitCode);
        Assert.NotEqual(ExitCode.Done, (await Cli.RunAsync("tokenizer", "train", Path.Combine(_folder, "text.txt"), "--output_dir", Model, "--vocab_size", "10")).ExitCode);
        Assert.Equal(ExitCode.Usage, (await Cli.RunAsync("tokenizer", "train", "rows.parquet", "--output_dir", Model, "--vocab_size", "300")).ExitCode);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task Train(string output)
    {
        var (code, text, error) = await Cli.RunAsync(["tokenizer", "train", Path.Combine(_folder, "text.txt"), Path.Combine(_folder, "rows.jsonl"), "--output_dir", output, .. TrainingArguments]);
        Assert.Equal((ExitCode.Done, ""), (code, error));

        // One text file, and user, content, assistant, content of the row.
        Assert.Contains("read 5 texts", text, StringComparison.Ordinal);
    }
}
