namespace TrlSharp.Rows;

/// <summary>What the number in a <see cref="RowOrigin"/> counts. All count from 1.</summary>
public enum RowUnit
{
    /// <summary>Lines of a text file; for a record of several lines the first.</summary>
    Line,

    /// <summary>Elements of a JSON array.</summary>
    Element,

    /// <summary>Rows of a binary file, over all its row groups.</summary>
    Row,
}
