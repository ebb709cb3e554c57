using TrlSharp.Rows;
using TrlSharp.Sequences.Proofs;
using TrlSharp.Templates;

namespace TrlSharp.Sequences.Replies;

/// <summary>From the text that a model sampled to the message that a chat keeps, such that the template writes again what was sampled.</summary>
public static class ReplyMessage
{
    /// <summary>
    /// The message for an answer. Of its forms (reasoning and calls as fields, calls inside of the content, all as content) the first is taken with which the template
    /// reproduces the answer, white space aside if need be; if it does so with none, because it leaves reasoning out of history, the first.
    /// </summary>
    /// <param name="template">Renders the next prompt.</param>
    /// <param name="request">What the answer was sampled for.</param>
    /// <param name="prompt">The rendered prompt.</param>
    /// <param name="reply">The sampled text, without the stop.</param>
    public static RowValue Of(ChatTemplate template, RenderRequest request, string prompt, string reply)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(reply);
        var forms = Forms(prompt, reply).ToList();
        var wanted = WithoutSpace(prompt + reply);
        return forms.FirstOrDefault(form => Render(template, request, form) is { } text && text.StartsWith(prompt + reply, StringComparison.Ordinal))
            ?? forms.FirstOrDefault(form => Render(template, request, form) is { } text && WithoutSpace(text).StartsWith(wanted, StringComparison.Ordinal))
            ?? forms[0];
    }

    private static string? Render(ChatTemplate template, RenderRequest request, RowValue message)
    {
        try
        {
            return template.Render(request with { Messages = [.. request.Messages, message], AddGenerationPrompt = false }).Text;
        }
        catch (TemplateException)
        {
            return null;
        }
    }

    private static IEnumerable<RowValue> Forms(string prompt, string reply)
    {
        var splitter = new ReplySplitter(prompt);
        var pieces = splitter.Add(reply).Concat(splitter.Finish()).ToList();
        if (pieces.All(p => p.Channel == ReplyChannel.Content) && pieces.Count <= 1)
        {
            yield return Message(reply, "", []);
            yield break;
        }

        var (content, thinking) = (Text(pieces, ReplyChannel.Content), Text(pieces, ReplyChannel.Thinking));
        if (ToolCalls.Read(pieces.Where(p => p.Channel == ReplyChannel.ToolCall).Select(p => p.Text)) is { Count: > 0 } calls) yield return Message(content, thinking, calls);
        var end = new ThinkingMarkers().LeadingThinking(reply, prompt);
        if (end > 0) yield return Message(reply[end..].Trim(), thinking, []);
        yield return Message(reply, "", []);
    }

    private static string Text(List<ReplyPiece> pieces, ReplyChannel channel) => string.Concat(pieces.Where(p => p.Channel == channel).Select(p => p.Text)).Trim();

    private static RowValue Message(string content, string thinking, IReadOnlyList<RowValue> calls)
    {
        var fields = new List<KeyValuePair<string, RowValue>> { new("role", RowValue.Of("assistant")), new("content", RowValue.Of(content)) };
        if (thinking.Length > 0) fields.Add(new("reasoning_content", RowValue.Of(thinking)));
        if (calls.Count > 0) fields.Add(new("tool_calls", RowValue.List(calls)));
        return RowValue.Map(fields);
    }

    private static string WithoutSpace(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
}
