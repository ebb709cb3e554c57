using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>A prompt with one answer that is good or bad. Both are strings, or both are lists of message maps in the common shape.</summary>
public sealed record UnpairedExample(RowOrigin Origin) : Example(Origin)
{
    /// <summary>What the answer continues.</summary>
    public required RowValue Prompt { get; init; }

    /// <summary>The answer.</summary>
    public required RowValue Completion { get; init; }

    /// <summary>True: desirable.</summary>
    public required bool Desirable { get; init; }

    /// <summary>Whether the two are messages, for a chat template, and not plain strings.</summary>
    public bool IsConversational => Prompt.Kind == RowValueKind.List;

    /// <summary>Tool definitions (a list), or null.</summary>
    public RowValue? Tools { get; init; }

    /// <summary>Further template variables of this row, or null.</summary>
    public RowValue? TemplateKwargs { get; init; }

    /// <summary>Other columns, or null.</summary>
    public RowValue? Metadata { get; init; }
}
