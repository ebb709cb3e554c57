using TrlSharp.Tokenization.Added;
using TrlSharp.Tokenization.Models;

namespace TrlSharp.Tokenization.PostProcessors;

/// <summary>What a token looked like: for an added token the text that it matched, else its vocabulary entry.</summary>
internal readonly ref struct TokenStrings(ReadOnlySpan<char> text, AddedVocabulary added, TokenModel model)
{
    private readonly ReadOnlySpan<char> _text = text;

    public ReadOnlySpan<char> Of(EncodedToken token) =>
        added.Find(token.Id) is not null ? _text[token.Start..token.End] : model.Vocabulary.TokenOf(token.Id) ?? default(ReadOnlySpan<char>);
}
