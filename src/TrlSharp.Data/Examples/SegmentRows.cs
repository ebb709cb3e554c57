using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>Axolotl's <c>segments</c>: a list of <c>{"label": true, "text": "…"}</c>.</summary>
internal static class SegmentRows
{
    /// <summary>Whether a column holds segments and not, say, a transcript with times.</summary>
    public static bool Are(RowValue? value) =>
        value is { Kind: RowValueKind.List, Items: [{ Kind: RowValueKind.Map } first, ..] } && first.Find("label") is { Kind: RowValueKind.Boolean } && first.Find("text") is { Kind: RowValueKind.String };

    public static SegmentsExample Read(RowColumns row)
    {
        var segments = new List<TextSegment>();
        foreach (var item in row.Take("segments")!.Items)
        {
            if (item.Kind != RowValueKind.Map || item.Find("label") is not { Kind: RowValueKind.Boolean } label || item.Find("text") is not { Kind: RowValueKind.String } text)
                throw row.Refuse($"segment {segments.Count} of \"{row.NameOf("segments")}\" is {item}; it must have a label (true or false) and a text.");
            segments.Add(new(text.Text, label.Boolean));
        }

        return new(row.Origin) { Segments = segments, Metadata = row.Metadata() };
    }
}
