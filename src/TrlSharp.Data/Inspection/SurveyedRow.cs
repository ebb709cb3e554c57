using TrlSharp.Examples;
using TrlSharp.Rows;
using TrlSharp.Sequences;

namespace TrlSharp.Inspection;

/// <summary>What became of one row: its results, or why it has none.</summary>
public sealed record SurveyedRow
{
    /// <summary>The row; null when it could not be read at all, and only the fault's message names it.</summary>
    public Row? Row { get; init; }

    /// <summary>What the row was read as.</summary>
    public IReadOnlyList<Example> Examples { get; init; } = [];

    /// <summary>One per example; empty when the row was refused.</summary>
    public IReadOnlyList<BuildResult> Results { get; init; } = [];

    /// <summary>Why the row is refused; null when it is not.</summary>
    public DataException? Fault { get; init; }

    /// <summary><c>chats.jsonl:3</c>; of a row that could not be read, what its message begins with.</summary>
    public string Name => Row?.Origin.ToString() ?? "unreadable row";

    /// <summary>The fault's code, <c>unreadable</c> for rows that are no rows, or empty.</summary>
    public string FaultCode => Fault switch
    {
        null => "",
        Conversations.MaskException mask => Conversations.MaskFaults.Code(mask.Fault),
        _ => "unreadable",
    };
}
