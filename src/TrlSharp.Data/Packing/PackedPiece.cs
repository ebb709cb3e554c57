namespace TrlSharp.Packing;

/// <summary>A run of tokens of one sequence, placed in a row.</summary>
/// <param name="Sequence">0-based index of the sequence.</param>
/// <param name="Start">First token of it.</param>
/// <param name="Length">Number of tokens.</param>
public readonly record struct PackedPiece(int Sequence, int Start, int Length);
