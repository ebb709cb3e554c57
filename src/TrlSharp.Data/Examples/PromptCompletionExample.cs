using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>
/// A text and its continuation, both plain strings: no template is applied, the completion is trained. Conversational rows of this format become a
/// <see cref="ConversationExample"/> with <see cref="ConversationExample.PromptMessages"/>.
/// </summary>
public sealed record PromptCompletionExample(RowOrigin Origin) : Example(Origin)
{
    /// <summary>What the model is given.</summary>
    public required string Prompt { get; init; }

    /// <summary>What it shall write, directly after the prompt.</summary>
    public required string Completion { get; init; }

    /// <summary>Other columns, or null.</summary>
    public RowValue? Metadata { get; init; }
}
