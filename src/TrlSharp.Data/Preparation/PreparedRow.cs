using TrlSharp.Examples;
using TrlSharp.Mixtures;
using TrlSharp.Rows;
using TrlSharp.Sequences;

namespace TrlSharp.Preparation;

/// <summary>What one thread made of one row; everything that depends on the order of the rows is decided later.</summary>
internal sealed record PreparedRow
{
    /// <summary>The row; null when it could not be read, and when all that is asked of it is here.</summary>
    public Row? Row { get; init; }

    /// <summary>Where the row is; of one that could not be read, only the fault tells.</summary>
    public RowOrigin Origin { get; init; }

    /// <summary>Why the row cannot be used; null when it can. Only data faults can be gone round.</summary>
    public TrlSharpException? Fault { get; init; }

    /// <summary>Whether the row is a chat.</summary>
    public bool IsChat { get; init; }

    /// <summary>A filter left it out.</summary>
    public bool Filtered { get; init; }

    /// <summary>It is on the other side of the split.</summary>
    public bool HeldOut { get; init; }

    /// <summary>Its prompt is in an evaluation set.</summary>
    public bool Contaminated { get; init; }

    /// <summary>The format found; null for rows never looked at.</summary>
    public RowFormat? Format { get; init; }

    /// <summary>Of everything it says; computed only when duplicates are looked for.</summary>
    public ContentHash? Hash { get; init; }

    /// <summary>Its sequences, per example.</summary>
    public IReadOnlyList<BuildResult> Results { get; init; } = [];
}
