using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>
/// Text in parts, each of which is trained or not (Axolotl's <c>segments</c>). No template is applied and nothing is added: a BOS or EOS that the model
/// shall see stands in the texts.
/// </summary>
public sealed record SegmentsExample(RowOrigin Origin) : Example(Origin)
{
    /// <summary>The parts, in order.</summary>
    public required IReadOnlyList<TextSegment> Segments { get; init; }

    /// <summary>Other columns, or null.</summary>
    public RowValue? Metadata { get; init; }
}
