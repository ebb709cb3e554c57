using TrlSharp.Rows;

namespace TrlSharp.Preparation;

/// <summary>A row that a run went round.</summary>
/// <param name="Row">The row; null when it could not be read at all, and only the message names it.</param>
/// <param name="Fault">A code such as <c>field-dropped</c>; <c>unreadable</c> for rows that are no rows or fit no format.</param>
/// <param name="Message">The whole reason.</param>
public sealed record RefusedRow(Row? Row, string Fault, string Message);
