using TrlSharp.Rows;
using System.Text.Json;

namespace TrlSharp.Cli.Tests.Commands;

public sealed class TemplateCommandTests : IDisposable
{
    private const string Chat = """[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes"}]""";

    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp template ü ").FullName;

    public TemplateCommandTests() => Write("chat.json", Chat);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Text_is_what_the_template_writes_and_nothing_else()
    {
        Assert.Equal("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYes<|im_end|>\n", await Text("--template", "chatml"));
        Assert.EndsWith("<|im_end|>\n<|im_start|>assistant\n", await Text("--template", "chatml", "--add-generation-prompt"), StringComparison.Ordinal);
        Assert.EndsWith("<|im_start|>assistant\nYes", await Text("--template", "chatml", "--continue_final_message"), StringComparison.Ordinal);
        var (code, piped, _) = await Cli.RunWithInputAsync(Chat, "template", "render", "--template", "plain", "--messages", "-", "--format", "text");
        Assert.Equal((ExitCode.Done, "### User:\nHi\n\n### Assistant:\nYes</s>\n\n"), (code, piped));
    }

    [Fact]
    public async Task Owners_are_shown_line_by_line_without_colours()
    {
        var (code, text, error) = await Run("--template", "chatml", "--add_generation_prompt");
        Assert.Equal((ExitCode.Done, ""), (code, error));
        var lines = text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(lines, l => l.StartsWith("0 user", StringComparison.Ordinal) && l.Contains("‹Hi›<|im_end|>", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("1 assistant", StringComparison.Ordinal) && l.Contains("‹Yes›<|im_end|>", StringComparison.Ordinal));
        Assert.StartsWith("prompt", lines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain('\e', text);
    }

    [Fact]
    public async Task Json_has_spans_that_tile_the_text()
    {
        var (_, json, _) = await Run("--template", "llama3", "--format", "json");
        var root = JsonElement.Parse(json);
        var at = 0;
        foreach (var span in root.GetProperty("spans").EnumerateArray())
        {
            Assert.Equal(at, span.GetProperty("start").GetInt32());
            at = span.GetProperty("end").GetInt32();
        }

        Assert.Equal(root.GetProperty("text").GetString()!.Length, at);
        var data = root.GetProperty("spans").EnumerateArray().Single(s => s.GetProperty("origin").GetString() == "messages[1].content");
        Assert.Equal((0, 3, true, 1), (data.GetProperty("source_start").GetInt32(), data.GetProperty("source_end").GetInt32(), data.GetProperty("exact").GetBoolean(), data.GetProperty("owner").GetInt32()));
    }

    [Fact]
    public async Task A_folder_brings_its_special_tokens_and_named_templates()
    {
        var model = Path.Combine(_folder, "model");
        Write(Path.Combine("model", "tokenizer_config.json"), """{"bos_token": "<b>", "chat_template": [{"name": "default", "template": "{{ bos_token }}D"}, {"name": "rag", "template": "R{{ documents[0].text }}"}]}""");
        Write("documents.json", """[{"title": "t", "text": "paper"}]""");
        Assert.Equal("<b>D", await Text("--template", model));
        Assert.Equal("Rpaper", await Text("--template", model, "--template_name", "rag", "--documents", Path.Combine(_folder, "documents.json")));
        var (code, _, error) = await Run("--template", model, "--template_name", "tool_use");
        Assert.Equal(ExitCode.ModelFolder, code);
        Assert.Contains("default, rag", error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await Run("--template", "chatml", "--template_name", "rag")).Code);
    }

    [Fact]
    public async Task Variables_tools_and_the_date_come_from_options_or_the_file()
    {
        var template = Write("t.jinja", "{{ tools[0].name if tools }}|{{ mode }}|{{ strftime_now('%d %b %Y') }}");
        Write("tools.json", """[{"name": "mul"}]""");
        Write("all.json", $$"""{"messages": {{Chat}}, "tools": [{"name": "own"}], "mode": "file"}""");
        string[] dated = ["--template", template, "--template_date", "2025-07-09"];
        Assert.Equal("mul|fast|09 Jul 2025", await Text([.. dated, "--chat_template_kwargs", """{"mode": "fast"}""", "--tools", Path.Combine(_folder, "tools.json")]));
        var (_, own, _) = await Cli.RunAsync(["template", "render", .. dated, "--format", "text", "--messages", Path.Combine(_folder, "all.json")]);
        Assert.Equal("own|file|09 Jul 2025", own);

        // Nothing tells the date unless someone chose one.
        var (code, _, error) = await Run("--template", template);
        Assert.Equal(ExitCode.Data, code);
        Assert.Contains("t.jinja:1", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\n\n{{ x", "t.jinja:3", ExitCode.Data)]
    [InlineData("a\n{{ raise_exception('roles must alternate') }}", "t.jinja:2: the template rejects the conversation: roles must alternate", ExitCode.Data)]
    [InlineData("{% include 'x' %}", "t.jinja:1", ExitCode.Data)]
    [InlineData("a\n\n\n{{ 'x' * 10**9 }}", "t.jinja:4", ExitCode.Data)]
    public async Task Faults_of_a_template_name_its_line(string source, string expected, int exitCode)
    {
        var (code, _, error) = await Run("--template", Write("t.jinja", source));
        Assert.Equal(exitCode, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_arguments_say_what_there_is()
    {
        var (code, _, error) = await Run("--template", "chatmll");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("chatml_tools", error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await Run("--template", "chatml", "--format", "html")).Code);
        Assert.Equal(ExitCode.Usage, (await Run("--template", "chatml", "--template_date", "soon")).Code);
        Assert.Equal(ExitCode.Usage, (await Run("--template", "chatml", "--chat_template_kwargs", "[1]")).Code);
        Assert.Equal(ExitCode.Usage, (await Cli.RunAsync("template", "render", "--template", "chatml", "--messages", Path.Combine(_folder, "none.json"))).ExitCode);
        Write("bad.json", "[{");
        (code, _, error) = await Cli.RunAsync("template", "render", "--template", "chatml", "--messages", Path.Combine(_folder, "bad.json"));
        Assert.Equal(ExitCode.Data, code);
        Assert.Contains("bad.json", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chatml")]
    [InlineData("chatml_tools")]
    [InlineData("llama3")]
    [InlineData("zephyr")]
    [InlineData("gemma")]
    [InlineData("plain")]
    public async Task Built_in_templates_have_a_card_and_keep_two_turns_in_one_example(string name)
    {
        var (code, card, error) = await Cli.RunAsync("template", "lint", name);
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Contains("chat of two turns           1 example", card, StringComparison.Ordinal);
        Assert.Contains("generation prompt           \"", card, StringComparison.Ordinal);
        Assert.DoesNotContain("trains", card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cards_say_what_a_template_drops_and_refuses()
    {
        Assert.Contains("field-dropped", (await Cli.RunAsync("template", "lint", "gemma")).Out, StringComparison.Ordinal);
        Assert.Contains("tool call and result        1 example", (await Cli.RunAsync("template", "lint", "chatml_tools")).Out, StringComparison.Ordinal);

        // The past is rewritten: one example for each turn.
        var template = Write("t.jinja", "{% for m in messages %}{{ '<' + m.role + '>' }}{% if m.role != 'assistant' or loop.last %}{{ m.content }}{% endif %}{{ '</s>' }}{% endfor %}{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}");
        Assert.Contains("chat of two turns           2 examples", (await Cli.RunAsync("template", "lint", template)).Out, StringComparison.Ordinal);
        var (code, _, error) = await Cli.RunAsync("template", "lint", Write("bad.jinja", "{{ x"));
        Assert.Equal(ExitCode.Data, code);
        Assert.Contains("bad.jinja:1", error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await Cli.RunAsync("template", "lint", "chatmll")).ExitCode);
    }

    [Fact]
    public async Task Of_several_named_templates_each_has_its_card()
    {
        const string chat = "{% for m in messages %}{{ '<' + m.role + '>' + m.content + '</s>' }}{% endfor %}{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}";
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "named")).FullName;
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), RowValue.MapOf(("chat_template", RowValue.List(
            RowValue.MapOf(("name", RowValue.Of("tool_use")), ("template", RowValue.Of(chat))), RowValue.MapOf(("name", RowValue.Of("rag")), ("template", RowValue.Of("{{ bos_token }}" + chat)))))).ToString());
        var (code, cards, error) = await Cli.RunAsync("template", "lint", folder);
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Contains("template \"rag\"", cards, StringComparison.Ordinal);
        Assert.Contains("template \"tool_use\"", cards, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_templates_have_their_cards_one_after_the_other()
    {
        var (code, cards, error) = await Cli.RunAsync("template", "lint", "chatml", "llama3", Write("mine.jinja", "{% for m in messages %}{{ m.role + m.content }}{% endfor %}"));
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Equal(3, cards.Split("chat of two turns           ").Length - 1);
        foreach (var title in (string[])["chatml", "llama3", Path.Combine(_folder, "mine.jinja")]) Assert.Contains(title, cards.Split('\n').Select(line => line.TrimEnd()));
    }

    [Fact]
    public async Task A_model_in_the_cache_of_the_hub_has_a_card_under_its_name()
    {
        const string chat = "{% for m in messages %}{{ '<' + m.role + '>' + m.content + '</s>' }}{% endfor %}{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}";
        Write(Path.Combine("hub", "models--acme--chat", "refs", "main"), "abc123\n");
        Write(Path.Combine("hub", "models--acme--chat", "snapshots", "abc123", "chat_template.jinja"), chat);
        var before = Environment.GetEnvironmentVariable("HF_HUB_CACHE");
        Environment.SetEnvironmentVariable("HF_HUB_CACHE", Path.Combine(_folder, "hub"));
        try
        {
            foreach (var command in (string[])["template", "mask"])
            {
                var (code, card, error) = await Cli.RunAsync(command, "lint", "acme/chat");
                Assert.Equal((ExitCode.Done, ""), (code, error));
                Assert.Contains("generation prompt           \"<assistant>\"", card, StringComparison.Ordinal);
                Assert.Contains("chat of two turns           1 example", card, StringComparison.Ordinal);
            }
        }
        finally
        {
            Environment.SetEnvironmentVariable("HF_HUB_CACHE", before);
        }
    }

    [Fact]
    public async Task A_name_that_is_nothing_is_refused_with_what_it_could_be()
    {
        var (code, _, error) = await Cli.RunAsync("template", "lint", "chatml", "acme/absent");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("acme/absent", error, StringComparison.Ordinal);
        Assert.Contains("hub's cache", error, StringComparison.Ordinal);
    }

    private async Task<string> Text(params string[] arguments)
    {
        var (code, text, error) = await Run([.. arguments, "--format", "text"]);
        Assert.Equal((ExitCode.Done, ""), (code, error));
        return text;
    }

    private Task<(int Code, string Out, string Error)> Run(params string[] arguments) =>
        Cli.RunAsync(["template", "render", "--messages", Path.Combine(_folder, "chat.json"), .. arguments]);

    private string Write(string file, string text)
    {
        var path = Path.Combine(_folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
