using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>
/// A chat. Messages are maps in the common shape (<c>role</c>, <c>content</c>, <c>tool_calls</c>, <c>reasoning_content</c> …) whatever dialect the row
/// was written in; loss flags of any vendor (<c>weight</c>, <c>train</c>, <c>loss</c>, <c>masked</c> …) are still inside and are read by the next arrow.
/// </summary>
public sealed record ConversationExample(RowOrigin Origin) : Example(Origin)
{
    /// <summary>The messages in order.</summary>
    public required IReadOnlyList<RowValue> Messages { get; init; }

    /// <summary>
    /// For <c>prompt</c>/<c>completion</c> rows: how many leading messages are the prompt; the completion is trained by default.
    /// Null for plain chats, where the policy alone decides.
    /// </summary>
    public int? PromptMessages { get; init; }

    /// <summary>Tool definitions (a list), or null.</summary>
    public RowValue? Tools { get; init; }

    /// <summary>Retrieval documents (a list), or null.</summary>
    public RowValue? Documents { get; init; }

    /// <summary>Further template variables of this row (<c>chat_template_kwargs</c>), or null.</summary>
    public RowValue? TemplateKwargs { get; init; }

    /// <summary>Other columns, for rules and filters that look at them; or null.</summary>
    public RowValue? Metadata { get; init; }
}
