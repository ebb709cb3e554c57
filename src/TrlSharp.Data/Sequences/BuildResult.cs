using TrlSharp.Conversations;

namespace TrlSharp.Sequences;

/// <summary>What became of one row: its examples, or why it gives none.</summary>
/// <param name="Sequences">One, several when the row was split, none when it was dropped.</param>
/// <param name="Dropped">Why the row gives no example; null when it gives some.</param>
/// <param name="Findings">Warnings and notes.</param>
public sealed record BuildResult(IReadOnlyList<TokenSequence> Sequences, Finding? Dropped, IReadOnlyList<Finding> Findings)
{
    /// <summary>Examples that were left out because they were too long or had nothing to train, while others of the row remain.</summary>
    public IReadOnlyList<Finding> LeftOut { get; init; } = [];

    /// <summary>For each sequence, why its tokens have their weights; before cutting and scaling.</summary>
    public IReadOnlyList<TokenExplanation> Explanations { get; init; } = [];
}
