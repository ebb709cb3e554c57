using System.Text;

namespace TrlSharp.Tokenization.Models;

/// <summary>WordPiece (BERT): the longest known prefix, then the longest known continuation, …; a word that this cannot spell is unknown.</summary>
internal sealed class WordPieceModel(Utf8Vocabulary vocabulary, string unknownToken, string continuingPrefix, int maxCharacters) : TokenModel(vocabulary)
{
    private readonly int _unknown = vocabulary.Find(unknownToken);
    private readonly byte[] _prefix = Encoding.UTF8.GetBytes(continuingPrefix);

    public override string Type => "WordPiece";

    public string UnknownToken => unknownToken;

    public string ContinuingPrefix => continuingPrefix;

    public int MaxCharacters => maxCharacters;

    public override void Encode(ReadOnlySpan<char> piece, ModelWorkspace workspace, List<EncodedToken> tokens)
    {
        var first = tokens.Count;
        if (CountCharacters(piece) <= maxCharacters && TrySpell(piece, workspace, tokens)) return;
        tokens.RemoveRange(first, tokens.Count - first);
        tokens.Add(new EncodedToken(WordLevelModel.Unknown(_unknown, unknownToken), 0, piece.Length));
    }

    private static int CountCharacters(ReadOnlySpan<char> piece)
    {
        var count = piece.Length;
        foreach (var c in piece) count -= char.IsLowSurrogate(c) ? 1 : 0;
        return count;
    }

    private bool TrySpell(ReadOnlySpan<char> piece, ModelWorkspace workspace, List<EncodedToken> tokens)
    {
        for (var start = 0; start < piece.Length;)
        {
            var (id, end) = Longest(piece, start, workspace);
            if (id < 0) return false;
            tokens.Add(new EncodedToken(id, start, end));
            start = end;
        }

        return true;
    }

    private (int Id, int End) Longest(ReadOnlySpan<char> piece, int start, ModelWorkspace workspace)
    {
        var bytes = workspace.Bytes(_prefix.Length + (piece.Length * 3));
        var lead = start > 0 ? _prefix.Length : 0;
        if (start > 0) _prefix.CopyTo(bytes);
        var length = lead + Encoding.UTF8.GetBytes(piece[start..], bytes[lead..]);
        for (var end = piece.Length; end > start;)
        {
            var id = Vocabulary.Find(bytes[..length]);
            if (id >= 0) return (id, end);
            Rune.DecodeLastFromUtf16(piece[start..end], out var last, out var width);
            (end, length) = (end - width, length - last.Utf8SequenceLength);
        }

        return (-1, start);
    }
}
