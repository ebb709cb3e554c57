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
    /// <summary>Words of more symbols than this go window by window.</summary>
    public const int Threshold = 4096;

    /// <summary>Windows are counted from their own start, not from the first new symbol: in a run of one letter they are all alike then.</summary>
    private const int WindowSymbols = 1280;

    /// <summary>New symbols of a window at least, however far back it starts.</summary>
    private const int LeastNew = 256;
    private const int TailTokens = 6;

    /// <summary>Merges the first <paramref name="count"/> symbols of the workspace in place and returns how many are left.</summary>
    public static int Merge(MergeTable merges, ModelWorkspace workspace, int count)
    {
        var tokens = workspace.Merged;
        tokens.Clear();
        var work = 0L;
        var previous = (Start: 0, End: 0, Merged: 0);
        for (var done = 0; done < count;)
        {
            var (tail, firm, end) = (TailTokens, false, done);
            while (!firm)
            {
                var keep = Math.Max(0, tokens.Count - tail);
                var start = keep == tokens.Count ? done : tokens[keep].FirstSymbol;
                end = Math.Min(count, Math.Max(start + WindowSymbols, done + LeastNew));

                // A vocabulary made for it can push every window back to the start of the word; then whole is cheaper.
                work += end - start;
                if (work > 8L * count) return SymbolMerger.Merge(merges, workspace.Symbols, count);
                var merged = IsRepeated(workspace, previous, start, end) ? previous.Merged : MergeRange(merges, workspace.Symbols, start, end, workspace.Window);
                previous = (start, end, merged);
                firm = keep == 0 || IsFirm(merges, workspace, tokens[keep - 1], start);
                if (firm) Replace(tokens, keep, workspace, start, merged);
                tail *= 4;
            }

            done = end;
        }

        var left = 0;
        foreach (var (id, length, _) in CollectionsMarshal.AsSpan(tokens)) (workspace.Symbols.Ids[left], workspace.Symbols.Lengths[left++]) = (id, length);
        return left;
    }

    /// <summary>Whether a window holds the symbols of the one before it, as in a run of one letter; then its tokens are still there.</summary>
    private static bool IsRepeated(ModelWorkspace workspace, (int Start, int End, int Merged) previous, int start, int end)
    {
        var (ids, lengths) = (workspace.Symbols.Ids, workspace.Symbols.Lengths);
        return end - start == previous.End - previous.Start && ids.AsSpan(start..end).SequenceEqual(ids.AsSpan(previous.Start..previous.End))
            && lengths.AsSpan(start..end).SequenceEqual(lengths.AsSpan(previous.Start..previous.End));
    }

    private static int MergeRange(MergeTable merges, SymbolBuffer symbols, int start, int end, SymbolBuffer target)
    {
        target.Reserve(end - start);
        symbols.Ids.AsSpan(start..end).CopyTo(target.Ids);
        symbols.Lengths.AsSpan(start..end).CopyTo(target.Lengths);
        return SymbolMerger.Merge(merges, target, end - start);
    }

    /// <summary>Whether a token and the first one of the window, which starts where it ends, are firm.</summary>
    private static bool IsFirm(MergeTable merges, ModelWorkspace workspace, MergedToken before, int start)
    {
        var (window, pair) = (workspace.Window, workspace.Pair);
        var end = EndOf(workspace.Symbols, start, window.Lengths[0]);
        return MergeRange(merges, workspace.Symbols, before.FirstSymbol, end, pair) == 2
            && pair.Ids[0] == before.Id && pair.Lengths[0] == before.Length && pair.Ids[1] == window.Ids[0];
    }

    private static void Replace(List<MergedToken> tokens, int keep, ModelWorkspace workspace, int start, int merged)
    {
        tokens.RemoveRange(keep, tokens.Count - keep);
        for (var i = 0; i < merged; i++)
        {
            tokens.Add(new MergedToken(workspace.Window.Ids[i], workspace.Window.Lengths[i], start));
            start = EndOf(workspace.Symbols, start, workspace.Window.Lengths[i]);
        }
    }

    /// <summary>Past the symbols from <paramref name="start"/> on that make up so many bytes.</summary>
    private static int EndOf(SymbolBuffer symbols, int start, int bytes)
    {
        while (bytes > 0) bytes -= symbols.Lengths[start++];
        return start;
    }
}
