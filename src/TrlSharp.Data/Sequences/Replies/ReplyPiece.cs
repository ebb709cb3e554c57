namespace TrlSharp.Sequences.Replies;

/// <summary>A piece of a sampled answer, as it streams.</summary>
/// <param name="Channel">What it is.</param>
/// <param name="Text">Without the markers around it.</param>
public readonly record struct ReplyPiece(ReplyChannel Channel, string Text);
