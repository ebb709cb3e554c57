using TrlSharp.Cli.Demo;
using TrlSharp.Generation;
using TrlSharp.Rows;
using TrlSharp.Templates;

namespace TrlSharp.Cli.Tests.Commands;

public sealed class ChatCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp chat ü ").FullName;

    public ChatCommandTests() => DemoModel.Write(Model, seed: 1);

    private string Model => Path.Combine(_folder, "model");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<(int ExitCode, string Out, string Error)> Chat(string input, params string[] more) =>
        Cli.RunWithInputAsync(input, ["chat", "--model_name_or_path", Model, "--max_new_tokens", "8", .. more]);

    [Fact]
    public async Task Every_turn_answers_the_whole_conversation_as_the_template_writes_it()
    {
        var path = Path.Combine(_folder, "saved.jsonl");
        var (code, _, error) = await Chat($"What is 1 plus 2?\n\"\"\"And\n3 plus 4?\"\"\"\nAnd 5?\n/save {path}\n", "--system", "Be brief.");
        Assert.Equal((ExitCode.Done, ""), (code, error));
        var messages = RowValue.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).Find("messages")!.Items;
        Assert.Equal(["system", "user", "assistant", "user", "assistant", "user", "assistant"], messages.Select(m => m.Find("role")!.Text));
        Assert.Equal("And\n3 plus 4?", messages[3].Find("content")!.Text);
        using var generator = TextGenerator.Load(Model);
        foreach (var at in new[] { 2, 4, 6 })
        {
            var prompt = generator.Encode(new RenderRequest { Messages = [.. messages.Take(at)] }).Tokens;
            var alone = TokenGenerator.Generate(generator.Model, [prompt], generator.Sampling with { MaxNewTokens = 8 }, cancellation: TestContext.Current.CancellationToken)[0];
            Assert.Equal(generator.Decode(alone, []), messages[at].Find("content")!.Text);
        }
    }

    [Fact]
    public async Task Slash_commands_change_the_conversation()
    {
        var path = Path.Combine(_folder, "saved.jsonl");
        var (code, text, error) = await Chat(
            $"one\n/undo\ntwo\n/params temperature 0.5\n/params\n/save {path}\n/reset\n/history\n/load {path}\n/system New rules.\n/system\n/help\n/adapters\n/exit\nnever\n");
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Contains("temperature 0.5", text, StringComparison.Ordinal);
        Assert.Contains("system: New rules.", text, StringComparison.Ordinal);
        Assert.Contains("user: two", text, StringComparison.Ordinal);
        Assert.DoesNotContain("user: one", text, StringComparison.Ordinal);
        foreach (var command in new[] { "/help", "/reset", "/system", "/save", "/load", "/params", "/undo", "/exit" }) Assert.Contains($"\n{command} ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("> ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/hlp", "Did you mean /help?")]
    [InlineData("/undo", "no question")]
    [InlineData("/load /no/such/file", "no file")]
    [InlineData("/params top_p 2", "top_p is 2")]
    [InlineData("/params hot 2", "hot")]
    public async Task A_wrong_command_is_one_clear_message(string line, string part)
    {
        var (code, _, error) = await Chat(line + "\n");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_needs_no_model()
    {
        var (code, text, _) = await Cli.RunAsync("chat", "--help");
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("--max_new_tokens", text, StringComparison.Ordinal);
    }
}
