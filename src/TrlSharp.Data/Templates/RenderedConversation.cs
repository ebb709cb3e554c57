namespace TrlSharp.Templates;

/// <summary>What a chat template made of a conversation: the text, and for every character its origin.</summary>
/// <param name="Text">The rendered text, byte for byte what Jinja2 gives.</param>
/// <param name="Spans">Tile <paramref name="Text"/> in order: no gap, no overlap, none empty.</param>
/// <param name="GenerationSpans">Text ranges inside <c>{% generation %}</c> blocks, right by construction; empty when the template has none. A witness only.</param>
public sealed record RenderedConversation(
    string Text,
    IReadOnlyList<RenderedSpan> Spans,
    IReadOnlyList<(int Start, int End)> GenerationSpans)
{
    /// <summary>What the render asked for; nothing is known where it was put together from others.</summary>
    internal ContextReads Reads { get; init; }

    /// <summary>Where a render under other variables can begin; null unless that was asked for and is possible.</summary>
    internal RenderBeginning? Beginning { get; init; }
}
