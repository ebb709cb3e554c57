using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>
/// A prompt with a better and a worse continuation. All three are strings, or all three are lists of message maps in the common shape.
/// </summary>
public sealed record PreferenceExample(RowOrigin Origin) : Example(Origin)
{
    /// <summary>What both answers continue: a string or a list of messages, which may be empty when the answers have nothing in common.</summary>
    public required RowValue Prompt { get; init; }

    /// <summary>The better answer.</summary>
    public required RowValue Chosen { get; init; }

    /// <summary>The worse answer.</summary>
    public required RowValue Rejected { get; init; }

    /// <summary>Whether the three are messages, for a chat template, and not plain strings.</summary>
    public bool IsConversational => Prompt.Kind == RowValueKind.List;

    /// <summary>Tool definitions (a list), or null.</summary>
    public RowValue? Tools { get; init; }

    /// <summary>Further template variables of this row, or null.</summary>
    public RowValue? TemplateKwargs { get; init; }

    /// <summary>Other columns, or null.</summary>
    public RowValue? Metadata { get; init; }
}
