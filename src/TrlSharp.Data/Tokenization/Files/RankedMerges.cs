using TrlSharp.Tokenization.Models;

namespace TrlSharp.Tokenization.Files;

/// <summary>
/// Merges for vocabularies that have none of their own (tiktoken ranks, SentencePiece scores): every split of a token into two tokens, in the
/// order that transformers gives them (convert_slow_tokenizer.py).
/// </summary>
internal static class RankedMerges
{
    /// <summary>All ways to split a token are looked up; no real vocabulary has longer ones.</summary>
    private const int MaxTokenBytes = 4096;

    /// <summary>Ranks: tokens in order of rank; the splits of a token by the rank of the left part, then of the right.</summary>
    /// <param name="vocabulary">The vocabulary, whose ids are the ranks plus a constant.</param>
    /// <param name="unitLengths">Lengths in bytes of the units of a token; a token is split between units only.</param>
    public static MergeTable ByRank(Utf8Vocabulary vocabulary, Func<int, IReadOnlyList<int>> unitLengths)
    {
        var merges = new MergeTable(vocabulary.Count * 2);
        foreach (var entry in Enumerable.Range(0, vocabulary.Count).OrderBy(vocabulary.Id))
            foreach (var (left, right, _, _) in Splits(vocabulary, entry, unitLengths(entry))) merges.Add(left, right, vocabulary.Id(entry));
        merges.Freeze();
        return merges;
    }

    /// <summary>Scores: highest first, then longer left parts, then longer right parts, in characters; equals stay in the order of ids.</summary>
    public static MergeTable ByScore(Utf8Vocabulary vocabulary, IReadOnlyList<float> scores, Func<int, IReadOnlyList<int>> unitLengths)
    {
        var all = new List<(int Left, int Right, int Merged, float Score, int LeftUnits, int RightUnits)>();
        for (var entry = 0; entry < vocabulary.Count; entry++)
            foreach (var (left, right, leftUnits, rightUnits) in Splits(vocabulary, entry, unitLengths(entry)))
                all.Add((left, right, vocabulary.Id(entry), scores[vocabulary.Id(entry)], leftUnits, rightUnits));
        var merges = new MergeTable(all.Count);
        foreach (var merge in all.OrderByDescending(merge => merge.Score).ThenByDescending(merge => merge.LeftUnits).ThenByDescending(merge => merge.RightUnits))
            merges.Add(merge.Left, merge.Right, merge.Merged);
        merges.Freeze();
        return merges;
    }

    private static IEnumerable<(int Left, int Right, int LeftUnits, int RightUnits)> Splits(Utf8Vocabulary vocabulary, int entry, IReadOnlyList<int> units)
    {
        var splits = new List<(int Left, int Right, int LeftUnits, int RightUnits)>();
        var token = vocabulary.Token(entry);
        if (token.Length > MaxTokenBytes) throw new ModelFolderException($"The vocabulary has a token of {token.Length} bytes; without a list of merges the limit is {MaxTokenBytes}.");
        var at = 0;
        for (var i = 0; i + 1 < units.Count; i++)
        {
            at += units[i];
            var (left, right) = (vocabulary.Find(token[..at]), vocabulary.Find(token[at..]));
            if (left >= 0 && right >= 0) splits.Add((left, right, i + 1, units.Count - i - 1));
        }

        return splits.OrderBy(split => split.Left).ThenBy(split => split.Right);
    }

    /// <summary>Lengths of the characters of a token.</summary>
    public static IReadOnlyList<int> CharacterLengths(ReadOnlySpan<byte> token)
    {
        var lengths = new List<int>();
        for (; !token.IsEmpty; token = token[lengths[^1]..]) lengths.Add(token[0] < 0x80 ? 1 : token[0] < 0xE0 ? 2 : token[0] < 0xF0 ? 3 : 4);
        return lengths;
    }
}
