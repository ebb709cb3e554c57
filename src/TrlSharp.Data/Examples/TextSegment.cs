namespace TrlSharp.Examples;

/// <summary>A part of a text.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Trained">Whether its tokens are trained.</param>
public readonly record struct TextSegment(string Text, bool Trained);
