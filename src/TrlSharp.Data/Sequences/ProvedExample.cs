using TrlSharp.Conversations;
using TrlSharp.Rows;
using TrlSharp.Templates;

namespace TrlSharp.Sequences;

/// <summary>One training example as text: what is written, where every character came from, and its weight.</summary>
public sealed record ProvedExample
{
    /// <summary>The row.</summary>
    public required RowOrigin Origin { get; init; }

    /// <summary>0-based number among the examples of the row.</summary>
    public int Part { get; init; }

    /// <summary>The text that is tokenised.</summary>
    public required string Text { get; init; }

    /// <summary>Origins; they tile <see cref="Text"/>. Empty for rows that are no conversations.</summary>
    public IReadOnlyList<RenderedSpan> Spans { get; init; } = [];

    /// <summary>For each message of the render its position in the row: they differ where turns were removed to fit.</summary>
    public IReadOnlyList<int> MessageIndices { get; init; } = [];

    /// <summary>The role of each message of the render.</summary>
    public IReadOnlyList<string> MessageRoles { get; init; } = [];

    /// <summary>Sampled characters with their weights, in order, disjoint. All others weigh 0, unless <see cref="Everything"/>.</summary>
    public IReadOnlyList<WeightedSpan> Weights { get; init; } = [];

    /// <summary>Where the sampled spans of the trained turns begin; text is cut there before tokenising.</summary>
    public IReadOnlyList<int> SampledStarts { get; init; } = [];

    /// <summary>The trained messages of the row, in order.</summary>
    public IReadOnlyList<int> TrainedMessages { get; init; } = [];

    /// <summary>Every character weighs 1.</summary>
    public bool Everything { get; init; }

    /// <summary>Template variables that were in force (a map).</summary>
    public RowValue Mode { get; init; } = RowValue.MapOf();

    /// <summary>Text inside <c>{% generation %}</c> blocks, a witness.</summary>
    public IReadOnlyList<(int Start, int End)> GenerationSpans { get; init; } = [];

    /// <summary>What is worth telling.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];
}
