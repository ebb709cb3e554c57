using System.Runtime.CompilerServices;

namespace TrlSharp.Tokenization.Models;

/// <summary>
/// Byte-pair encoding from left to right in linear time: at each place the longest token that can stand beside the one before it, going back
/// where nothing can follow. Gives exactly the tokens that merging gives.
/// </summary>
/// <remarks>
/// Why that is exact: tokens are the encoding of a word if and only if every two neighbours are firm, that is, merging their bytes alone gives
/// the two again (proved at <see cref="LongWordMerger"/>); so a prefix of the word has one encoding, and a place where nothing can follow it
/// need not be tried twice. Two tokens are firm if no merge crosses their border before they are complete. That is told from the two trees of
/// merges: run time backwards, undo the later one of the last merges on either side of the border, and see whether the two neighbours of that
/// moment would have merged before it. It needs merges to be made in the order of their ranks within every token, which holds where tokens
/// were learned in that order; a vocabulary that breaks it is merged the other way.
/// (The test of a pair is that of github.com/github/rust-gems, crate bpe, here with ranks apart from ids and with the tie of equal ranks.)
/// </remarks>
internal sealed class BytePairScan
{
    private readonly MergeTable _merges;
    private readonly PairFilter _filter;
    private readonly TokenTrie _trie;
    private readonly MergeTrees _trees;
    private volatile bool _isIrregular;

    public BytePairScan(Utf8Vocabulary vocabulary, MergeTable merges, int[] byteSymbols)
    {
        _merges = merges;
        _filter = new PairFilter(merges);
        _trie = new TokenTrie(vocabulary);
        _trees = new MergeTrees(vocabulary, merges, byteSymbols);
    }

    /// <summary>Whether ids and tokens are one to one, which the scan needs, and of a size that its trie can hold.</summary>
    public static bool Fits(Utf8Vocabulary vocabulary) => vocabulary.ByteCount < TokenTrie.NodeLimit && vocabulary.IsOneToOne;

    /// <summary>
    /// Writes the tokens of a word to <see cref="ModelWorkspace.Symbols"/> and returns how many; −1 where it has to be merged the other way.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Encode(ReadOnlySpan<byte> word, ModelWorkspace workspace)
    {
        if (_isIrregular) return -1;
        var (ids, lengths) = (workspace.Symbols.Ids, workspace.Symbols.Lengths);
        var (foundIds, foundLengths) = workspace.Candidates(_trie.Longest);
        var dead = workspace.Bits(word.Length + 1);
        var (count, at, limit) = (0, 0, int.MaxValue);

        // A vocabulary made for it has thousands of tokens to try at every place; then merging is cheaper.
        var work = (64L * word.Length) + 4096;
        while (at < word.Length)
        {
            var found = _trie.Match(word[at..], foundIds, foundLengths, out var steps);
            work -= steps;
            var chosen = found - 1;
            for (; chosen >= 0; chosen--)
            {
                var end = at + foundLengths[chosen];
                if (foundLengths[chosen] >= limit || (dead[end >> 6] & (1UL << end)) != 0) continue;
                var tree = _trees.Of(foundIds[chosen]);
                if (tree.Time == MergeTree.Irregular.Time) return GiveUp();
                if (tree.Time != MergeTree.NeverMade.Time && (count == 0 || IsFirm(ids[count - 1], foundIds[chosen], ref work))) break;
            }

            if (work < 0) return -1;
            if (chosen >= 0)
            {
                if (count == ids.Length)
                {
                    workspace.Symbols.Reserve(count + 1);
                    (ids, lengths) = (workspace.Symbols.Ids, workspace.Symbols.Lengths);
                }

                (ids[count], lengths[count++]) = (foundIds[chosen], foundLengths[chosen]);
                (at, limit) = (at + foundLengths[chosen], int.MaxValue);
                continue;
            }

            dead[at >> 6] |= 1UL << at;
            if (count == 0) return GiveUp();
            limit = lengths[--count];
            at -= limit;
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool IsFirm(int left, int right, ref long work)
    {
        var (trees, filter, limit) = (_trees, _filter, MergeTable.None);
        var (leftTree, rightTree) = (trees.Of(left), trees.Of(right));
        while (true)
        {
            work--;
            if (filter.MayMerge(left, right) && _merges.Rank(left, right) < limit) return false;
            if (leftTree.Time > rightTree.Time)
            {
                // Of equal pairs the left one merges first.
                limit = leftTree.Rank;
                left = leftTree.Right;
                leftTree = trees.Of(left);
            }
            else if (rightTree.IsMerge)
            {
                limit = rightTree.Rank + 1;
                right = rightTree.Left;
                rightTree = trees.Of(right);
            }
            else
            {
                return true;
            }
        }
    }

    private int GiveUp()
    {
        _isIrregular = true;
        return -1;
    }
}
