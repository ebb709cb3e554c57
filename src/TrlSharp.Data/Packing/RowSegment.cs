namespace TrlSharp.Packing;

/// <summary>Tokens that stand once in a row, whichever of its sequences they belong to.</summary>
/// <param name="Sequence">0-based number of a sequence of the row that has them.</param>
/// <param name="Start">The first of them in that sequence, and so its position: what stands before it are the segments that this one continues.</param>
/// <param name="Length">Number of tokens.</param>
/// <param name="Parent">0-based number of the segment that it continues, which comes earlier; −1 where a sequence begins.</param>
public readonly record struct RowSegment(int Sequence, int Start, int Length, int Parent);
