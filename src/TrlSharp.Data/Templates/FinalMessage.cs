namespace TrlSharp.Templates;

/// <summary><c>continue_final_message</c>: the render ends where the text of the last message ends, so that a model goes on with it.</summary>
internal static class FinalMessage
{
    public static RenderedConversation Render(ChatTemplate template, RenderRequest request)
    {
        if (request.AddGenerationPrompt)
            throw new ConfigException("continue_final_message and add_generation_prompt exclude each other: the last message is either continued or answered.");
        if (request.Messages.Count == 0) throw new ConfigException("continue_final_message needs a message to continue; the conversation is empty.");
        var last = request.Messages.Count - 1;
        var rendered = template.Render(request with { ContinueFinalMessage = false });
        if (LastText(rendered, last) is not { } end)
            throw new TemplateException(TemplateFault.Rejected, 0, $"{template.Name}: continue_final_message: the text of the last message does not appear in the rendered conversation.");
        return Cut(rendered, end);
    }

    /// <summary>End of the last characters that come from the last message's content.</summary>
    private static int? LastText(RenderedConversation rendered, int message)
    {
        for (var i = rendered.Spans.Count - 1; i >= 0; i--)
        {
            var origin = rendered.Spans[i].Origin;
            if (origin.Kind == OriginKind.Data && origin.Message == message && origin.Path.StartsWith("content", StringComparison.Ordinal)) return rendered.Spans[i].End;
        }

        return null;
    }

    private static RenderedConversation Cut(RenderedConversation rendered, int end) => new(
        rendered.Text[..end],
        [.. rendered.Spans.TakeWhile(s => s.Start < end)],
        [.. rendered.GenerationSpans.Where(g => g.Start < end).Select(g => (g.Start, Math.Min(g.End, end)))]);
}
