using System.Runtime.CompilerServices;

namespace TrlSharp.Tokenization.Models;

/// <summary>
/// How tokens come about: the last merge when a token's bytes are encoded alone. Found when first asked for, and then known; threads may ask at
/// once, they find the same.
/// </summary>
internal sealed class MergeTrees(Utf8Vocabulary vocabulary, MergeTable merges, int[] byteSymbols)
{
    /// <summary>Longer tokens are not taken apart; no real vocabulary has them.</summary>
    private const int MaxSymbols = 512;

    // As in a merge table, one word has it all, so that it is written at once.
    private readonly ulong[] _trees = new ulong[vocabulary.MaxId + 1];

    /// <summary>The last merge of a token.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public MergeTree Of(int id)
    {
        var known = _trees[id];
        return new MergeTree(known != 0 ? known : Find(id));
    }

    private ulong Find(int id) => _trees[id] = Grow(id).Packed;

    private MergeTree Grow(int id)
    {
        if (!vocabulary.TryGetBytes(id, out var token)) return MergeTree.NeverMade;
        if (token.Length > 2 * MaxSymbols) return MergeTree.Irregular;
        Span<byte> bytes = stackalloc byte[2 * MaxSymbols];
        var count = TokenTrie.Unmap(token, bytes);
        if (count > MaxSymbols) return MergeTree.Irregular;
        if (count == 0) return MergeTree.NeverMade;
        if (count == 1) return MergeTree.Symbol;
        Span<int> ids = stackalloc int[count];
        for (var i = 0; i < count; i++) ids[i] = byteSymbols[bytes[i]];
        var last = MergeTree.Symbol;
        while (count > 1)
        {
            var (lowest, at) = (MergeTable.None, 0);
            for (var i = 0; i + 1 < count; i++)
                if (merges.Rank(ids[i], ids[i + 1]) is var rank && rank < lowest) (lowest, at) = (rank, i);
            if (lowest == MergeTable.None) return MergeTree.NeverMade;

            // When a merge follows one of higher rank, ranks do not tell the order in which merges were made.
            if (last.IsMerge && lowest < last.Rank) return MergeTree.Irregular;
            last = MergeTree.Of(ids[at], ids[at + 1], lowest);
            ids[at] = merges.Merged(lowest);
            ids[(at + 2)..count].CopyTo(ids[(at + 1)..]);
            count--;
        }

        return ids[0] == id ? last : MergeTree.NeverMade;
    }
}
