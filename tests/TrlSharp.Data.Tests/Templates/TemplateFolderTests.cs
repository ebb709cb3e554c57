using TrlSharp.Rows;
using TrlSharp.Templates;

namespace TrlSharp.Data.Tests.Templates;

/// <summary>Where templates come from: files of a model folder, a string as GGUF files hold it, built-in ones.</summary>
public sealed class TemplateFolderTests : IDisposable
{
    private static readonly RowValue[] Chat = [RowValue.Parse("""{"role": "user", "content": "Hi "}"""), RowValue.Parse("""{"role": "assistant", "content": "Yes"}""")];

    private readonly string _folder = Directory.CreateTempSubdirectory("trlsharp templates ü ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_folder_names_one_template_or_several()
    {
        Write("tokenizer_config.json", """{"bos_token": {"content": "<b>"}, "chat_template": [{"name": "default", "template": "D{{ bos_token }}"}, {"name": "tool_use", "template": "T"}]}""");
        Assert.Equal("D<b>", Text(null));
        Assert.Equal("T", Text("tool_use"));
        Assert.Contains("default, tool_use", Assert.Throws<ModelFolderException>(() => Text("rag")).Message, StringComparison.Ordinal);

        var file = Path.Combine(_folder, "tokenizer_config.json");
        Assert.Equal("T", ChatTemplate.Load(file, "tool_use").Render(new RenderRequest { Messages = Chat }).Text);
        Assert.Contains("default, tool_use", Assert.Throws<ModelFolderException>(() => ChatTemplate.Load(file, "rag")).Message, StringComparison.Ordinal);

        // A file goes before the key, and brings further files.
        Write("chat_template.jinja", "F");
        Write(Path.Combine("additional_chat_templates", "rag.jinja"), "R");
        Assert.Equal("F", Text(null));
        Assert.Equal("R", Text("rag"));
    }

    [Fact]
    public void A_folder_without_one_says_what_to_do_and_a_damaged_one_where()
    {
        Assert.Contains("chatml", Assert.Throws<ModelFolderException>(() => Text(null)).Message, StringComparison.Ordinal);
        Write("tokenizer_config.json", """{"chat_template": "a\n{{ x"}""");
        Assert.Contains("tokenizer_config.json:2", Assert.Throws<TemplateException>(() => Text(null)).Message, StringComparison.Ordinal);
        Write("tokenizer_config.json", "[1]");
        Assert.Contains("tokenizer_config.json", Assert.Throws<ModelFolderException>(() => Text(null)).Message, StringComparison.Ordinal);
    }

    /// <summary>GGUF files hold the source under <c>tokenizer.chat_template</c>, their special tokens elsewhere: both are given as strings.</summary>
    [Fact]
    public void A_string_with_its_special_tokens_is_enough()
    {
        var template = ChatTemplate.Parse("{{ bos_token }}{{ messages[0].content }}", "tokenizer.chat_template", new Dictionary<string, string> { ["bos_token"] = "<s>" });
        Assert.Equal("<s>Hi ", template.Render(new RenderRequest { Messages = Chat }).Text);
    }

    [Theory]
    [InlineData("chatml", "<|im_start|>user\nHi <|im_end|>\n<|im_start|>assistant\nYes<|im_end|>\n")]
    [InlineData("chatml_tools", "<|im_start|>user\nHi <|im_end|>\n<|im_start|>assistant\nYes<|im_end|>\n")]
    [InlineData("llama3", "<s><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nYes<|eot_id|>")]
    [InlineData("zephyr", "<|user|>\nHi </s>\n<|assistant|>\nYes</s>\n")]
    [InlineData("gemma", "<s><start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\nYes<end_of_turn>\n")]
    [InlineData("plain", "### User:\nHi \n\n### Assistant:\nYes</s>\n\n")]
    public void Built_in_templates_write_what_they_say_and_prompts_go_on_as_history_does(string name, string expected)
    {
        var template = BuiltIn(name);
        Assert.Equal(expected, template.Render(new RenderRequest { Messages = Chat }).Text);
        Assert.StartsWith(template.Render(new RenderRequest { Messages = Chat[..1], AddGenerationPrompt = true }).Text, expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Built_in_templates_write_tools_calls_reasoning_and_system_messages()
    {
        var messages = RowValue.Parse("""
            [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "6*7?"},
             {"role": "assistant", "content": "", "reasoning_content": "call", "tool_calls": [{"type": "function", "function": {"name": "mul", "arguments": {"a": 6, "b": "7"}}}]},
             {"role": "tool", "content": "42"}, {"role": "assistant", "content": "42", "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}]
            """).Items;
        var text = BuiltIn("chatml_tools").Render(new RenderRequest { Messages = messages, Tools = RowValue.Parse("""[{"name": "mul"}]""") }).Text;
        Assert.StartsWith("<|im_start|>system\nBe brief.\n\nYou may call", text, StringComparison.Ordinal);
        Assert.Contains("<tools>\n{\"name\": \"mul\"}\n</tools>", text, StringComparison.Ordinal);
        Assert.EndsWith("""
            <|im_end|>
            <|im_start|>user
            6*7?<|im_end|>
            <|im_start|>assistant
            <think>
            call
            </think>

            <tool_call>
            {"name": "mul", "arguments": {"a": 6, "b": "7"}}
            </tool_call><|im_end|>
            <|im_start|>tool
            42<|im_end|>
            <|im_start|>assistant
            42
            <tool_call>
            {"name": "f", "arguments": {}}
            </tool_call><|im_end|>

            """.ReplaceLineEndings("\n"), text, StringComparison.Ordinal);
        Assert.StartsWith("<s><start_of_turn>user\nBe brief.\n\n6*7?<end_of_turn>\n", BuiltIn("gemma").Render(new RenderRequest { Messages = messages }).Text, StringComparison.Ordinal);
        Assert.Equal(TemplateFault.Rejected, Assert.Throws<TemplateException>(() => BuiltIn("gemma").Render(new RenderRequest { Messages = [messages[1], messages[0]] })).Reason);
    }

    private static ChatTemplate BuiltIn(string name) => ChatTemplate.Parse(BuiltInTemplates.Find(name)!, name, new Dictionary<string, string> { ["bos_token"] = "<s>", ["eos_token"] = "</s>" });

    private string Text(string? name) => ChatTemplate.Load(_folder, name).Render(new RenderRequest { Messages = Chat }).Text;

    private void Write(string file, string text)
    {
        var path = Path.Combine(_folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
