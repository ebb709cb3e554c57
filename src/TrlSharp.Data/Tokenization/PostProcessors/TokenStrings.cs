using TrlSharp.Tokenization.Models;

namespace TrlSharp.Tokenization.PostProcessors;

/// <summary>What a token looked like: for an added token the normalized text that it matched, else its vocabulary entry.</summary>
/// <param name="text">The whole text.</param>
/// <param name="matched">Where in the list of tokens those are that were added tokens, with the text of each.</param>
/// <param name="cut">How many tokens were cut from before the first since <paramref name="matched"/> was written.</param>
/// <param name="model">Knows the others.</param>
internal readonly ref struct TokenStrings(ReadOnlySpan<char> text, IReadOnlyDictionary<int, string> matched, int cut, TokenModel model)
{
    private readonly ReadOnlySpan<char> _text = text;

    public string Of(List<EncodedToken> tokens, int index) => matched.GetValueOrDefault(index + cut) ?? model.Vocabulary.TokenOf(tokens[index].Id) ?? "";

    /// <summary>So many characters further right in the text.</summary>
    public int Forward(int at, int characters)
    {
        for (; characters > 0 && at < _text.Length; characters--) at += char.IsHighSurrogate(_text[at]) ? 2 : 1;
        return at;
    }

    /// <summary>So many characters further left in the text, or −1 when there are not so many.</summary>
    public int Back(int at, int characters)
    {
        for (; characters > 0 && at > 0; characters--) at -= char.IsLowSurrogate(_text[at - 1]) ? 2 : 1;
        return characters > 0 ? -1 : at;
    }
}
