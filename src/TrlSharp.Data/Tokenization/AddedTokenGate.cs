namespace TrlSharp.Tokenization;

/// <summary>
/// Says whether an added token may be recognised in <c>[start, end)</c> (UTF-16, original text; with the white space that the token's strip
/// flags take in). A match for which the answer is no is treated as if it were not there: a shorter match at the same place, or one that
/// starts inside, is still found; what remains is encoded as ordinary text, without a cut where the match was.
/// </summary>
/// <param name="start">First UTF-16 unit of the match.</param>
/// <param name="end">One past the last.</param>
/// <param name="token">What matched.</param>
public delegate bool AddedTokenGate(int start, int end, AddedToken token);
