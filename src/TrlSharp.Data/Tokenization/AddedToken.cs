namespace TrlSharp.Tokenization;

/// <summary>
/// A token that is found in the text before the model sees it: control tokens, and words that were added to a finished vocabulary. The
/// flags are those of <c>added_tokens</c> in <c>tokenizer.json</c>.
/// </summary>
/// <param name="Id">The vocabulary id.</param>
/// <param name="Content">The string that is looked for.</param>
/// <param name="Special">Left out by <see cref="Tokenizer.Decode"/> when special tokens are skipped.</param>
/// <param name="Normalized">Looked for in the normalized text, in its own normalized form; otherwise in the text as it came.</param>
/// <param name="LeftStrip">White space before a match belongs to it.</param>
/// <param name="RightStrip">White space after a match belongs to it.</param>
/// <param name="SingleWord">A match counts only where no word character touches it.</param>
public sealed record AddedToken(
    int Id,
    string Content,
    bool Special = false,
    bool Normalized = true,
    bool LeftStrip = false,
    bool RightStrip = false,
    bool SingleWord = false);
