using System.Runtime.InteropServices;

namespace TrlSharp.Tokenization.Models;

/// <summary>
/// Merges a very long word window by window, so that the symbols at work stay in the processor's cache, and gives exactly the tokens that
/// merging it whole gives.
/// </summary>
/// <remarks>
/// Why that is exact: call two neighbouring tokens firm when merging their symbols alone gives these two tokens again. Tokens are the encoding
/// of a word if and only if all neighbours are firm. (If some merge crosses a border when the whole word is merged, take the first such merge:
/// up to there the two tokens at that border have been merged as they would be alone, lowest rank and leftmost first, so merging the two alone
/// takes the same merge, and they are not firm. Conversely a border that no merge crosses does not change what happens beside it.)
/// A window starts a few tokens before the first new symbol; if its first token is not firm with the one before, the window starts earlier.
/// </remarks>
internal static class LongWordMerger
{
    /// <summary>Words of more symbols than this go window by window. Windows are counted from their own start, not from the first new symbol: in a run of one letter they are all alike then.</summary>
    public const int WindowSymbols = SymbolMerger.MaxInBlocks;

    /// <summary>New symbols of a window at least, however far back it starts.</summary>
    private const int LeastNew = 256;

    /// <summary>A window goes back so many tokens, or fewer that have so many symbols.</summary>
    private const int TailTokens = 6;
    private const int TailSymbols = 32;

    /// <summary>Adds the tokens of a word to <paramref name="tokens"/>, with their ranges in bytes of the word.</summary>
    public static void Merge(MergeTable merges, WordSymbols word, ModelWorkspace workspace, List<EncodedToken> tokens)
    {
        var window = workspace.Window;
        var first = tokens.Count;
        tokens.EnsureCapacity(first + (word.Count / 2));
        var work = 0L;
        var previous = (Start: 0, End: 0, Merged: 0);
        for (var done = 0; done < word.Count;)
        {
            var (tail, firm, end) = (TailTokens, false, done);
            while (!firm)
            {
                var (keep, start) = GoBack(word, CollectionsMarshal.AsSpan(tokens)[first..], done, tail);
                end = Math.Min(word.Count, Math.Max(start + WindowSymbols, done + LeastNew));

                // A vocabulary made for it can push every window back to the start of the word; then whole is cheaper.
                work += end - start;
                if (work > 8L * word.Count) (keep, start, end) = (0, 0, word.Count);
                if (!word.AreAlike(start..end, previous.Start..previous.End)) previous.Merged = SymbolMerger.Merge(merges, window, word.CopyTo(window, start, end));
                (previous.Start, previous.End) = (start, end);
                firm = keep == 0 || IsFirm(merges, workspace, word, tokens[first + keep - 1], start);
                if (firm)
                {
                    CollectionsMarshal.SetCount(tokens, first + keep);
                    window.Emit(previous.Merged, tokens, keep == 0 ? 0 : tokens[^1].End);
                }

                tail *= 4;
            }

            done = end;
        }
    }

    /// <summary>How many tokens stay when a window goes back, and the symbol where it starts.</summary>
    private static (int Kept, int Start) GoBack(WordSymbols word, ReadOnlySpan<EncodedToken> tokens, int done, int tail)
    {
        var (keep, start) = (tokens.Length, done);
        while (keep > 0 && tokens.Length - keep < tail && (done - start < TailSymbols || tail > TailTokens))
        {
            keep--;
            start = word.Back(start, tokens[keep].End - tokens[keep].Start);
        }

        return (keep, start);
    }

    /// <summary>Whether a token and the first one of the window, which starts where it ends, are firm.</summary>
    private static bool IsFirm(MergeTable merges, ModelWorkspace workspace, WordSymbols word, EncodedToken before, int start)
    {
        var (window, pair) = (workspace.Window, workspace.Pair);
        var (bytes, end) = (window.Lengths[0], start);
        for (var left = bytes; left > 0; end++) left -= word.Length(end);
        var count = word.CopyTo(pair, word.Back(start, before.End - before.Start), end);
        return SymbolMerger.Merge(merges, pair, count) == 2 && pair.Ids[0] == before.Id && pair.Lengths[0] == before.End - before.Start && pair.Ids[1] == window.Ids[0];
    }
}
