namespace TrlSharp.Rows;

/// <summary>Where a row came from: a file and a 1-based line (JSONL, CSV), element (JSON array) or row (Parquet).</summary>
/// <param name="File">The path as the user gave it.</param>
/// <param name="Line">1-based.</param>
public readonly record struct RowOrigin(string File, long Line)
{
    /// <summary><c>chats.jsonl:118</c>, the form used in every message.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{File}:{Line}");
}
