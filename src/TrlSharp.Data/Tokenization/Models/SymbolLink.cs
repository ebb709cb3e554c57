namespace TrlSharp.Tokenization.Models;

/// <summary>Where the neighbours of a symbol stand: −1 before the first one, the count of symbols after the last one.</summary>
internal record struct SymbolLink(short Previous, short Next);
