using TrlSharp.Rows;
using TrlSharp.Templates;
using TrlSharp.Tokenization;

namespace TrlSharp.Sequences.Replies;

/// <summary>The token with which a template ends an answer: a model that was trained with the template stops there, whatever generation_config.json says.</summary>
public static class TurnEnds
{
    private const string Question = "Trlsharp asks 5171.";
    private const string Answer = "Trlsharp answers 2399.";

    /// <summary>The first special token after an answer; null when the template writes none, or takes no such chat.</summary>
    /// <param name="template">The chat template.</param>
    /// <param name="tokenizer">Knows the special tokens.</param>
    /// <param name="now">The time that the template is told.</param>
    public static int? Find(ChatTemplate template, Tokenizer tokenizer, DateTime? now = null)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(tokenizer);
        string text;
        try
        {
            text = template.Render(new RenderRequest { Messages = [Message("user", Question), Message("assistant", Answer)], Now = now }).Text;
        }
        catch (TemplateException)
        {
            return null;
        }

        var end = text.LastIndexOf(Answer, StringComparison.Ordinal);
        if (end < 0) return null;
        var after = text[(end + Answer.Length)..];
        var first = tokenizer.AddedTokens.Where(t => t.Special && after.Contains(t.Content, StringComparison.Ordinal))
            .OrderBy(t => after.IndexOf(t.Content, StringComparison.Ordinal)).ThenByDescending(t => t.Content.Length).FirstOrDefault();
        return first is null || !string.IsNullOrWhiteSpace(after[..after.IndexOf(first.Content, StringComparison.Ordinal)]) ? null : tokenizer.IdOf(first.Content);
    }

    private static RowValue Message(string role, string content) => RowValue.MapOf(("role", RowValue.Of(role)), ("content", RowValue.Of(content)));
}
