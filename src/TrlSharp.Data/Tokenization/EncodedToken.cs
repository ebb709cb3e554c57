namespace TrlSharp.Tokenization;

/// <summary>A token and the characters it stands for.</summary>
/// <param name="Id">The vocabulary id.</param>
/// <param name="Start">First UTF-16 unit of the <b>original</b> text.</param>
/// <param name="End">One past the last; a token that is part of a character covers the whole character.</param>
public readonly record struct EncodedToken(int Id, int Start, int End);
