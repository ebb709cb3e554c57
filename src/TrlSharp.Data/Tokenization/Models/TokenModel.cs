namespace TrlSharp.Tokenization.Models;

/// <summary>The last step of encoding: one piece of normalized, pre-tokenized text to tokens.</summary>
internal abstract class TokenModel(Utf8Vocabulary vocabulary)
{
    public Utf8Vocabulary Vocabulary { get; } = vocabulary;

    /// <summary>The <c>type</c> in <c>tokenizer.json</c>.</summary>
    public abstract string Type { get; }

    /// <summary>
    /// Appends the tokens of a piece to <paramref name="tokens"/>, with ranges in UTF-16 units of the piece; a token that ends inside a character covers
    /// the whole character.
    /// </summary>
    public abstract void Encode(ReadOnlySpan<char> piece, ModelWorkspace workspace, List<EncodedToken> tokens);
}
