namespace TrlSharp.Tokenization.Decoders;

/// <summary><c>WordPiece</c>: a space before every token but the first and those that continue a word.</summary>
internal sealed class WordPieceDecoder(string prefix, bool cleanUp) : Decoder
{
    public override List<string> Apply(List<string> tokens) =>
        [.. tokens.Select((token, i) => i == 0 ? token : token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token)
            .Select(token => cleanUp ? CleanUp(token) : token)];

    /// <summary>Takes back what tokenizing did to English punctuation and contractions, within one token.</summary>
    internal static string CleanUp(string text) =>
        text.Replace(" .", ".", StringComparison.Ordinal).Replace(" ?", "?", StringComparison.Ordinal).Replace(" !", "!", StringComparison.Ordinal)
            .Replace(" ,", ",", StringComparison.Ordinal).Replace(" ' ", "'", StringComparison.Ordinal).Replace(" n't", "n't", StringComparison.Ordinal)
            .Replace(" 'm", "'m", StringComparison.Ordinal).Replace(" do not", " don't", StringComparison.Ordinal)
            .Replace(" 's", "'s", StringComparison.Ordinal).Replace(" 've", "'ve", StringComparison.Ordinal).Replace(" 're", "'re", StringComparison.Ordinal);
}
