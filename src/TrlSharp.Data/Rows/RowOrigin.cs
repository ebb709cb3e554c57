using System.Globalization;

namespace TrlSharp.Rows;

/// <summary>Where a row came from: a file and a 1-based line (JSONL, CSV), element (JSON array) or row (Parquet).</summary>
/// <param name="File">The path as the user gave it.</param>
/// <param name="Line">1-based, in units of <see cref="Unit"/>.</param>
public readonly record struct RowOrigin(string File, long Line)
{
    /// <summary>What <see cref="Line"/> counts. Default lines.</summary>
    public RowUnit Unit { get; init; }

    /// <summary><c>chats.jsonl:118</c>, <c>chats.json element 118</c> or <c>train.parquet row 118</c>: the form used in every message.</summary>
    public override string ToString() => Unit switch
    {
        RowUnit.Line => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}"),
        RowUnit.Element => string.Create(CultureInfo.InvariantCulture, $"{File} element {Line}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{File} row {Line}"),
    };
}
