using TrlSharp.Rows;

namespace TrlSharp.Conversations;

/// <summary>A chat that has passed every check which needs neither template nor tokenizer.</summary>
/// <param name="Origin">The row.</param>
/// <param name="Messages">At least one, in order.</param>
public sealed record Conversation(RowOrigin Origin, IReadOnlyList<Message> Messages)
{
    /// <summary>For <c>prompt</c>/<c>completion</c> rows: how many leading messages are the prompt; null for plain chats.</summary>
    public int? PromptMessages { get; init; }

    /// <summary>Tool definitions (a list), or null.</summary>
    public RowValue? Tools { get; init; }

    /// <summary>Retrieval documents (a list), or null.</summary>
    public RowValue? Documents { get; init; }

    /// <summary>The row's own template variables (a map), or null. They bind: no mode overrides them.</summary>
    public RowValue? TemplateKwargs { get; init; }

    /// <summary>Other columns (a map), for rules that look at them; or null.</summary>
    public RowValue? Metadata { get; init; }

    /// <summary>Things worth telling that are no faults.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];
}
