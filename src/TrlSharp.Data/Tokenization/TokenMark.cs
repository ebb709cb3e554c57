namespace TrlSharp.Tokenization;

/// <summary>
/// The end of an added token that was found in the text as it comes. What follows is encoded as if it stood behind any added token.
/// </summary>
/// <param name="End">One past the added token, in UTF-16 units.</param>
/// <param name="Tokens">How many tokens end here, the added token included.</param>
/// <param name="GoesOn">
/// Whether encoding may go on from here: two texts that begin alike have the same tokens up to this place, if they are alike <see cref="Tokenizer.Sight"/>
/// units further.
/// </param>
internal readonly record struct TokenMark(int End, int Tokens, bool GoesOn);
