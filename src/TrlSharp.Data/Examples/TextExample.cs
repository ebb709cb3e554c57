using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>Plain text for language modelling: every token is trained, no template is applied.</summary>
public sealed record TextExample(RowOrigin Origin) : Example(Origin)
{
    /// <summary>The text; may be empty.</summary>
    public required string Text { get; init; }

    /// <summary>Other columns, or null.</summary>
    public RowValue? Metadata { get; init; }
}
