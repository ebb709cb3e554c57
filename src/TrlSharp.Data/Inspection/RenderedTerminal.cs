using System.Globalization;
using TrlSharp.Rows;
using TrlSharp.Templates;

namespace TrlSharp.Inspection;

/// <summary>
/// A rendered conversation as terminal text. Every line names in its margin the message that owns it; what came from the conversation, tools or variables stands
/// in ‹ ›, what the template wrote stands bare; text under <c>add_generation_prompt</c> is owned by "prompt".
/// </summary>
public static class RenderedTerminal
{
    private const int Margin = 14;

    /// <param name="rendered">From <see cref="ChatTemplate.Render"/>.</param>
    /// <param name="messages">The conversation, for the names of roles.</param>
    public static IReadOnlyList<TextPiece> Show(RenderedConversation rendered, IReadOnlyList<RowValue> messages)
    {
        ArgumentNullException.ThrowIfNull(rendered);
        ArgumentNullException.ThrowIfNull(messages);
        var pieces = new List<TextPiece>();
        var (owner, lineStart) = ("", true);
        foreach (var span in rendered.Spans)
        {
            var now = Owner(span, messages);
            if (now != owner && !lineStart) pieces.Add(new("\n", TextTone.Plain));
            lineStart |= now != owner;
            owner = now;
            AddSpan(pieces, rendered.Text[span.Start..span.End], span, owner, messages, ref lineStart);
        }

        if (!lineStart) pieces.Add(new("\n", TextTone.Plain));
        return pieces;
    }

    private static void AddSpan(List<TextPiece> pieces, string text, RenderedSpan span, string owner, IReadOnlyList<RowValue> messages, ref bool lineStart)
    {
        var given = span.Origin.Kind != OriginKind.Literal;
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at) is >= 0 and var line ? line + 1 : text.Length;
            if (lineStart) pieces.Add(new($"{owner.PadRight(Margin)}│ ", TextTone.Frame));
            if (given) pieces.Add(new("‹", TextTone.Frame));
            pieces.Add(new(MaskTerminal.Visible(text[at..end]), Tone(span, messages)));
            if (given) pieces.Add(new("›", TextTone.Frame));
            lineStart = text[end - 1] == '\n';
            if (lineStart) pieces.Add(new("\n", TextTone.Plain));
            at = end;
        }
    }

    private static string Owner(RenderedSpan span, IReadOnlyList<RowValue> messages) => span switch
    {
        { GenerationPrompt: true } => "prompt",
        { Owner: >= 0 } => string.Create(CultureInfo.InvariantCulture, $"{span.Owner} {Role(messages, span.Owner)}"),
        { Origin: { Kind: OriginKind.Data, Message: var message } } => string.Create(CultureInfo.InvariantCulture, $"{message} {Role(messages, message)}"),
        _ => "template",
    };

    private static TextTone Tone(RenderedSpan span, IReadOnlyList<RowValue> messages)
    {
        if (span.Origin.Kind is OriginKind.Tools or OriginKind.Documents or OriginKind.Kwarg or OriginKind.Builtin) return TextTone.Tool;
        var message = span.Owner >= 0 ? span.Owner : span.Origin.Message;
        if (message < 0) return TextTone.Context;
        return Role(messages, message) switch { "assistant" => TextTone.Content, "tool" => TextTone.Tool, "system" or "developer" => TextTone.Thinking, _ => TextTone.Plain };
    }

    private static string Role(IReadOnlyList<RowValue> messages, int message) =>
        message < messages.Count && messages[message].Find("role") is { Kind: RowValueKind.String } role ? role.Text : "message";
}
