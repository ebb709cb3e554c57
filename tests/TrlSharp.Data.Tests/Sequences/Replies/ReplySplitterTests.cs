using TrlSharp.Rows;
using TrlSharp.Sequences.Replies;
using TrlSharp.Templates;
using TrlSharp.Tests;

namespace TrlSharp.Data.Tests.Sequences.Replies;

public sealed class ReplySplitterTests
{
    /// <summary>Channels in order, neighbours of the same channel joined: <c>T:… C:…</c>.</summary>
    private static string Split(string prompt, IEnumerable<string> texts)
    {
        var splitter = new ReplySplitter(prompt);
        var parts = new List<(ReplyChannel Channel, string Text)>();
        List<ReplyPiece> pieces = [.. texts.SelectMany(splitter.Add)];
        foreach (var piece in pieces.Concat(splitter.Finish()))
        {
            if (parts.Count > 0 && parts[^1].Channel == piece.Channel) parts[^1] = (piece.Channel, parts[^1].Text + piece.Text);
            else parts.Add((piece.Channel, piece.Text));
        }

        return string.Concat(parts.Select(p => $"{p.Channel.ToString()[0]}({p.Text})"));
    }

    [Theory]
    [InlineData("", "plain <b>text</b>", "C(plain <b>text</b>)")]
    [InlineData("", "<think>\na\n</think>\n\nb", "T(\na\n)C(\n\nb)")]
    [InlineData("<|assistant|><think>\n", "a</think>b", "T(a)C(b)")]
    [InlineData("", "<think>cut", "T(cut)")]
    [InlineData("", "x<tool_call>\n{}\n</tool_call>y", "C(x)T(\n{}\n)C(y)")]
    [InlineData("", "[TOOL_CALLS][{}]", "T([{}])")]
    [InlineData("", "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b", "T(a)C(b)")]
    [InlineData("", "<thin", "C(<thin)")]
    [InlineData("", "a < b <thinner> c", "C(a < b <thinner> c)")]
    [InlineData("", "", "")]
    public void Parts_are_told_apart_wherever_the_stream_is_cut(string prompt, string reply, string expected)
    {
        Assert.Equal(expected, Split(prompt, [reply]));
        Assert.Equal(expected, Split(prompt, reply.Select(c => c.ToString())));
        for (var at = 0; at < reply.Length; at++) Assert.Equal(expected, Split(prompt, [reply[..at], reply[at..]]));
    }

    [Fact]
    public void Text_that_cannot_begin_a_marker_is_given_out_at_once()
    {
        var splitter = new ReplySplitter("");
        Assert.Equal([new(ReplyChannel.Content, "a ")], splitter.Add("a <thi"));
        Assert.Equal([new(ReplyChannel.Content, "<this")], splitter.Add("s"));
    }

    private static readonly RenderRequest Asked = new() { Messages = [RowValue.MapOf(("role", RowValue.Of("user")), ("content", RowValue.Of("Q")))], AddGenerationPrompt = true };

    private static (RowValue Message, string Prompt, string Again) Keep(string templateFile, string reply)
    {
        var template = ChatTemplate.Parse(File.ReadAllText(SharedData.Path("conformance", "templates", templateFile)));
        var prompt = template.Render(Asked).Text;
        var message = ReplyMessage.Of(template, Asked, prompt, reply);
        return (message, prompt, template.Render(Asked with { Messages = [.. Asked.Messages, message], AddGenerationPrompt = false }).Text);
    }

    [Theory]
    [InlineData("axolotl__chatml.jinja", "plain answer")]
    [InlineData("axolotl__chatml.jinja", "<think>a</think>b")]
    [InlineData("ik_llama.cpp__Qwen-Qwen3-0.6B.jinja", "<think>\nreasons\n</think>\n\nanswer")]
    [InlineData("ik_llama.cpp__Qwen-Qwen3-0.6B.jinja", "<think>\nreasons\n</think>\n\nanswer\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": 1}}\n</tool_call>")]
    [InlineData("axolotl__chatml.jinja", "<tool_call>\nno JSON\n</tool_call>")]
    public void The_template_writes_again_what_was_sampled(string template, string reply)
    {
        var (_, prompt, again) = Keep(template, reply);
        Assert.StartsWith(prompt + reply, again, StringComparison.Ordinal);
    }

    [Fact]
    public void Reasoning_and_calls_become_fields_where_the_template_reads_them()
    {
        var (message, _, _) = Keep("ik_llama.cpp__Qwen-Qwen3-0.6B.jinja", "<think>\nreasons\n</think>\n\nanswer\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": 1}}\n</tool_call>");
        Assert.Equal("reasons", message.Find("reasoning_content")!.Text);
        Assert.Equal("answer", message.Find("content")!.Text);
        Assert.Equal("f", message.Find("tool_calls")!.Items[0].Find("function")!.Find("name")!.Text);
    }
}
