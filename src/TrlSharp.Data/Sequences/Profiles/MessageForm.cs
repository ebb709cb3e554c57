using TrlSharp.Conversations;
using TrlSharp.Rows;

namespace TrlSharp.Sequences.Profiles;

/// <summary>A message in the form that a template takes, and where its fields went.</summary>
/// <param name="Body">What the template sees.</param>
/// <param name="Moves">Fields that are found elsewhere in <paramref name="Body"/>: from path, to path, and the offset of the old text in the new one.</param>
internal sealed record MessageForm(RowValue Body, IReadOnlyList<(string From, string To, int Shift)> Moves)
{
    /// <summary>The content if it is one string, else empty.</summary>
    public string Content { get; } = Body.Find("content") is { Kind: RowValueKind.String } text ? text.Text : "";

    /// <summary>A range of the message as written, as a range of what the template sees; null when that field has no text form any more.</summary>
    public TrainedRange? Move(TrainedRange range)
    {
        foreach (var (from, to, shift) in Moves)
            if (from == range.Field) return range with { Field = to, Start = range.Start + shift, End = range.End + shift };
        return RowPath.Find(Body, range.Field) is { Kind: RowValueKind.String } ? range : null;
    }
}
