namespace TrlSharp.Examples;

/// <summary>One way to read a row: a format and the columns that speak for it.</summary>
internal sealed record FormatReading(RowFormat Format, params string[] Columns)
{
    /// <summary><c>Messages (messages)</c>, for messages.</summary>
    public override string ToString() => $"{Format} ({string.Join(", ", Columns)})";
}
