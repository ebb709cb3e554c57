using TrlSharp.Tokenization.Decoders;

namespace TrlSharp.Tokenization;

/// <summary>Ids to text: look-up, decoder chain, and the clean-up that transformers adds where <c>tokenizer_config.json</c> asks for it.</summary>
internal sealed class TokenDecoder(EncodingPipeline pipeline, Decoder? decoder, bool cleanUp)
{
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        var tokens = new List<string>(ids.Length);
        foreach (var id in ids)
        {
            var token = pipeline.Added.DecodedForm(id) ?? pipeline.Model.Vocabulary.TokenOf(id);
            if (token is not null && !(skipSpecialTokens && pipeline.Added.IsSpecial(token))) tokens.Add(token);
        }

        var text = decoder is null ? string.Join(' ', tokens) : tokens.Count == 0 ? "" : string.Concat(decoder.Apply(tokens));
        return cleanUp ? CleanUp(text) : text;
    }

    /// <summary><c>clean_up_tokenization</c> of transformers.</summary>
    private static string CleanUp(string text) =>
        text.Replace(" .", ".", StringComparison.Ordinal).Replace(" ?", "?", StringComparison.Ordinal).Replace(" !", "!", StringComparison.Ordinal)
            .Replace(" ,", ",", StringComparison.Ordinal).Replace(" ' ", "'", StringComparison.Ordinal).Replace(" n't", "n't", StringComparison.Ordinal)
            .Replace(" 'm", "'m", StringComparison.Ordinal).Replace(" 's", "'s", StringComparison.Ordinal)
            .Replace(" 've", "'ve", StringComparison.Ordinal).Replace(" 're", "'re", StringComparison.Ordinal);
}
