namespace TrlSharp.Templates;

/// <summary>A run of rendered characters with one origin. Offsets are UTF-16 and half-open.</summary>
/// <param name="Start">First character in <see cref="RenderedConversation.Text"/>.</param>
/// <param name="End">One past the last character.</param>
/// <param name="Origin">Where the characters came from.</param>
/// <param name="SourceStart">First character of the source string that these came from.</param>
/// <param name="SourceEnd">One past the last. For <see cref="Exact"/> spans it is <c>SourceStart + (End - Start)</c>.</param>
/// <param name="Exact">True: character k of the span is character k of the source range. False: all characters stand for the whole source range (ß → SS, tojson escapes).</param>
/// <param name="Owner">The message in whose iteration the characters were evaluated (see docs); −1 when there is none. Differs from the data's message on purpose.</param>
/// <param name="GenerationPrompt">Evaluated under a condition that reads <c>add_generation_prompt</c>.</param>
public readonly record struct RenderedSpan(
    int Start,
    int End,
    Origin Origin,
    int SourceStart,
    int SourceEnd,
    bool Exact,
    int Owner,
    bool GenerationPrompt)
{
    /// <summary>Number of rendered characters (UTF-16).</summary>
    public int Length => End - Start;
}
