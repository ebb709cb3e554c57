using TrlSharp.Sequences;

namespace TrlSharp.Packing;

/// <summary>From pieces to a row of sequences, with an account of what was cut and joined.</summary>
internal sealed class PackedRowBuilder(PackingStrategy strategy, PackingTotals totals)
{
    /// <summary>The row of some pieces; counts what leaves.</summary>
    /// <param name="pieces">In order.</param>
    /// <param name="window">The sequences that pieces count from 0.</param>
    /// <param name="groups">Where beginnings are shared: pieces count these groups of sequences instead.</param>
    public PackedRow Build(ReadOnlySpan<PackedPiece> pieces, IReadOnlyList<TokenSequence> window, PrefixGroups? groups = null)
    {
        if (groups is not null) return Shared(pieces, window, groups);
        var sequences = new List<TokenSequence>(pieces.Length);
        foreach (var piece in pieces)
        {
            var source = window[piece.Sequence];
            var cut = piece.Length < source.Length;
            if (cut && piece.Start == 0 && strategy == PackingStrategy.Bfd) totals.Truncated++;
            else if (cut && piece.Start == 0) totals.Split++;
            sequences.Add(cut ? Cut(source, piece) : source);
        }

        if (strategy == PackingStrategy.Wrapped && sequences.Count > 1) sequences = [Join(sequences)];
        return Counted(new(sequences));
    }

    private PackedRow Shared(ReadOnlySpan<PackedPiece> pieces, IReadOnlyList<TokenSequence> window, PrefixGroups groups)
    {
        var (sequences, sizes, planned) = (new List<TokenSequence>(), new List<int>(), 0);
        foreach (var piece in pieces)
        {
            var members = groups.Members(piece.Sequence);
            sizes.Add(members.Length);
            planned += piece.Length;
            foreach (var member in members) sequences.Add(window[member]);
        }

        var row = new PackedRow(sequences) { Tree = sizes.TrueForAll(size => size == 1) ? null : PrefixTree.Of(sequences, sizes) };
        foreach (var size in sizes)
            if (size > 1) totals.Sharing += size;
        return row.Length == planned ? Counted(row) : throw new InvalidOperationException($"{sequences[0].Origin}: the row that begins here was planned with {planned} tokens and has {row.Length}.");
    }

    private PackedRow Counted(PackedRow row)
    {
        totals.TokensOut += row.Length;
        totals.TokensShared -= row.Length;
        foreach (var sequence in row.Sequences)
        {
            totals.TokensShared += sequence.Length;
            totals.WeightOut += sequence.TargetWeight;
        }

        return row;
    }

    /// <summary>Tokens and weights of a piece; its first token has nothing before it that could predict it.</summary>
    private static TokenSequence Cut(TokenSequence source, PackedPiece piece)
    {
        var weights = source.Weights.AsSpan(piece.Start, piece.Length).ToArray();
        weights[0] = 0;
        return source with { Tokens = source.Tokens.AsSpan(piece.Start, piece.Length).ToArray(), Weights = weights };
    }

    /// <summary>
    /// Documents run together, as one sequence: attention crosses them, and the first token of a later one that is trained throughout is predicted from the
    /// one before, as in TRL.
    /// </summary>
    private TokenSequence Join(List<TokenSequence> sequences)
    {
        var weights = new List<float>();
        foreach (var sequence in sequences)
        {
            var start = weights.Count;
            weights.AddRange(sequence.Weights);
            if (start == 0 || sequence.Weights.AsSpan(1).ContainsAnyExcept(1f)) continue;
            weights[start] = 1;
            totals.Joined++;
        }

        return sequences[0] with { Tokens = [.. sequences.SelectMany(s => s.Tokens)], Weights = [.. weights] };
    }
}
