namespace TrlSharp.Tokenization.Models;

/// <summary>A token of a very long word: its id, its bytes, and the first symbol that went into it.</summary>
internal readonly record struct MergedToken(int Id, int Length, int FirstSymbol);
