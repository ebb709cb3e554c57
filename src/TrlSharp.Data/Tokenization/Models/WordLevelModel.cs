namespace TrlSharp.Tokenization.Models;

/// <summary>WordLevel: a word is one token, or the unknown token.</summary>
internal sealed class WordLevelModel(Utf8Vocabulary vocabulary, string unknownToken) : TokenModel(vocabulary)
{
    private readonly int _unknown = vocabulary.Find(unknownToken);

    public override string Type => "WordLevel";

    public string UnknownToken => unknownToken;

    public override void Encode(ReadOnlySpan<char> piece, ModelWorkspace workspace, List<EncodedToken> tokens)
    {
        var id = Vocabulary.Find(piece);
        tokens.Add(new EncodedToken(id >= 0 ? id : Unknown(_unknown, unknownToken), 0, piece.Length));
    }

    /// <summary>The unknown token's id; text that needs it cannot be encoded without one.</summary>
    internal static int Unknown(int id, string token) => id >= 0 ? id : throw new DataException(
        $"The text has a word that the vocabulary lacks, and so does the unk_token \"{token}\". Add it to the vocabulary of tokenizer.json.");
}
