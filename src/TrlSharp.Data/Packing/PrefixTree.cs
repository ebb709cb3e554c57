using TrlSharp.Sequences;

namespace TrlSharp.Packing;

/// <summary>
/// A row in which sequences of one conversation have their common beginning once: segments that continue each other, as in a radix tree. Every sequence is the tokens
/// on the way from the start of a tree to its last token, so nothing is lost, and its weights stay its own.
/// </summary>
public sealed class PrefixTree
{
    private readonly int[] _lengths;

    private PrefixTree(IReadOnlyList<RowSegment> segments, IReadOnlyList<int> ends, IReadOnlyList<TokenSequence> sequences)
    {
        (Segments, Ends) = (segments, ends);
        Length = segments.Sum(s => s.Length);
        _lengths = [.. sequences.Select(s => s.Length)];
    }

    /// <summary>In the order of the row, a parent before those that continue it.</summary>
    public IReadOnlyList<RowSegment> Segments { get; }

    /// <summary>For each sequence of the row the number of the segment that holds its last token.</summary>
    public IReadOnlyList<int> Ends { get; }

    /// <summary>Tokens of all segments.</summary>
    public int Length { get; }

    /// <summary>The tree of every group of sequences, one after another.</summary>
    /// <param name="sequences">Of a row; none is empty.</param>
    /// <param name="groups">How many of them, in their order, may share a beginning with each other.</param>
    public static PrefixTree Of(IReadOnlyList<TokenSequence> sequences, IEnumerable<int> groups)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(groups);
        var builder = new PrefixTreeBuilder(sequences);
        var first = 0;
        foreach (var size in groups)
        {
            for (var s = first; s < first + size; s++) builder.Add(s, first);
            first += size;
        }

        if (first != sequences.Count) throw new ArgumentException($"The groups have {first} sequences, the row has {sequences.Count}.", nameof(groups));
        var (segments, ends) = builder.Finish();
        return new(segments, ends, sequences);
    }

    /// <summary>Whether the segments on the way to the end of every sequence are its tokens.</summary>
    internal bool Restores(IReadOnlyList<TokenSequence> sequences)
    {
        if (Ends.Count != sequences.Count) return false;
        for (var s = 0; s < sequences.Count; s++)
        {
            var tokens = sequences[s].Tokens.AsSpan();
            var at = Ends[s];
            for (var end = tokens.Length; end > 0; (end, at) = (Segments[at].Start, Segments[at].Parent))
            {
                if (at < 0 || end <= Segments[at].Start || end > Segments[at].Start + Segments[at].Length) return false;
                var standing = sequences[Segments[at].Sequence].Tokens.AsSpan(Segments[at].Start..end);
                if (!standing.SequenceEqual(tokens[Segments[at].Start..end])) return false;
            }
        }

        return true;
    }

    /// <summary>The place in the row of every token of a sequence.</summary>
    public int[] PlacesOf(int sequence)
    {
        var starts = new int[Segments.Count];
        for (var i = 1; i < starts.Length; i++) starts[i] = starts[i - 1] + Segments[i - 1].Length;
        var places = new int[_lengths[sequence]];
        var end = places.Length;
        for (var at = Ends[sequence]; at >= 0; at = Segments[at].Parent)
        {
            for (var t = Segments[at].Start; t < end; t++) places[t] = starts[at] + t - Segments[at].Start;
            end = Segments[at].Start;
        }

        return places;
    }
}
