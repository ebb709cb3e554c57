namespace TrlSharp.Conversations;

/// <summary>Something about a row worth telling.</summary>
/// <param name="Fault">What it is.</param>
/// <param name="Message">0-based message of the row; −1 when it concerns the whole row.</param>
/// <param name="Text">One sentence.</param>
public sealed record Finding(MaskFault Fault, int Message, string Text);
