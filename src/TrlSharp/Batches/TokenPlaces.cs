using TrlSharp.Packing;
using TrlSharp.Sequences;

namespace TrlSharp.Batches;

/// <summary>Where the tokens of rows stand when the rows are laid end to end.</summary>
internal sealed class TokenPlaces
{
    private readonly List<(int Start, int[]? Within)> _places = [];

    /// <param name="rows">Of a batch.</param>
    /// <param name="check">Throws where a sequence is not in order.</param>
    /// <exception cref="DataException">What <paramref name="check"/> throws.</exception>
    public TokenPlaces(IEnumerable<PackedRow> rows, Action<TokenSequence> check)
    {
        var (lengths, parents, tokens) = (new List<int>(), new List<int>(), new List<long>());
        foreach (var row in rows)
        {
            foreach (var sequence in row.Sequences) check(sequence);
            var (start, first) = (tokens.Count, lengths.Count);
            for (var s = 0; s < row.Sequences.Count; s++)
            {
                Sequences.Add(row.Sequences[s]);
                _places.Add(row.Tree is { } tree ? (start, tree.PlacesOf(s)) : (tokens.Count, null));
                if (row.Tree is null) Append(row.Sequences[s], 0, row.Sequences[s].Length, -1);
            }

            foreach (var segment in row.Tree?.Segments ?? [])
                Append(row.Sequences[segment.Sequence], segment.Start, segment.Length, segment.Parent < 0 ? -1 : first + segment.Parent);
        }

        (Tokens, Layout) = ([.. tokens], SequenceLayout.FromLengths(lengths) with { Parents = parents });

        void Append(TokenSequence sequence, int start, int length, int parent)
        {
            foreach (var token in sequence.Tokens.AsSpan(start, length)) tokens.Add(token);
            lengths.Add(length);
            parents.Add(parent);
        }
    }

    /// <summary>Of all rows, in their order.</summary>
    public List<TokenSequence> Sequences { get; } = [];

    /// <summary>The tokens where they stand, [T]: shared ones once.</summary>
    public long[] Tokens { get; }

    /// <summary>Of the tokens.</summary>
    public SequenceLayout Layout { get; }

    /// <summary>Where a token of a sequence stands.</summary>
    public int Of(int sequence, int token)
    {
        var (start, within) = _places[sequence];
        return start + (within is null ? token : within[token]);
    }
}
