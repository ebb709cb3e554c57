namespace TrlSharp.Inspection;

/// <summary>A piece of terminal text.</summary>
/// <param name="Text">As printed; no markup, no escapes.</param>
/// <param name="Tone">What it means.</param>
public readonly record struct TextPiece(string Text, TextTone Tone);
