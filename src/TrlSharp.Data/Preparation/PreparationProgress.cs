namespace TrlSharp.Preparation;

/// <summary>How far a preparation is.</summary>
/// <param name="Rows">Rows read.</param>
/// <param name="Sequences">Sequences made of them.</param>
/// <param name="Tokens">Their tokens.</param>
/// <param name="BytesRead">Of the data files, packed as they are.</param>
/// <param name="BytesTotal">Of all passes over the data files; null where a source has no size (the standard input).</param>
public sealed record PreparationProgress(long Rows, long Sequences, long Tokens, long BytesRead, long? BytesTotal);
