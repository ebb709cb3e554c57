using TrlSharp.Tokenization.Added;
using TrlSharp.Tokenization.Models;

namespace TrlSharp.Tokenization.PostProcessors;

/// <summary>What a token looked like: for an added token the text that it matched, else its vocabulary entry.</summary>
internal readonly ref struct TokenStrings(ReadOnlySpan<char> text, AddedVocabulary added, TokenModel model)
{
    private readonly ReadOnlySpan<char> _text = text;

    public ReadOnlySpan<char> Of(EncodedToken token) =>
        added.Find(token.Id) is not null ? _text[token.Start..token.End] : model.Vocabulary.TokenOf(token.Id) ?? default(ReadOnlySpan<char>);

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
