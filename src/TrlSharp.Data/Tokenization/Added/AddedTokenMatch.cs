namespace TrlSharp.Tokenization.Added;

/// <summary>Where an added token was found.</summary>
internal readonly record struct AddedTokenMatch(int Start, int End, AddedToken Token);
