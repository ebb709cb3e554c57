using System.Runtime.InteropServices;

namespace TrlSharp.Packing;

/// <summary>Which sequences go into which row, decided from their lengths alone. Sequences without tokens are in no row.</summary>
public sealed class PackingPlan
{
    /// <summary>TRL maps its packer over batches of this many sequences; nothing is shared between batches.</summary>
    public const int TrlChunk = 1000;

    private readonly List<PackedPiece> _pieces;
    private readonly List<int> _starts;

    internal PackingPlan(List<PackedPiece> pieces, List<int> starts) => (_pieces, _starts) = (pieces, starts);

    /// <summary>Number of rows.</summary>
    public int Count => _starts.Count - 1;

    /// <summary>Tokens in all rows.</summary>
    public long Tokens => _pieces.Sum(p => (long)p.Length);

    /// <summary>Number of pieces in all rows.</summary>
    internal int Pieces => _pieces.Count;

    /// <summary>The pieces of a row, in their order.</summary>
    public ReadOnlySpan<PackedPiece> Row(int row) => CollectionsMarshal.AsSpan(_pieces)[_starts[row].._starts[row + 1]];

    /// <summary>Rows of at most <paramref name="capacity"/> tokens for sequences of the given lengths.</summary>
    /// <param name="lengths">Tokens per sequence.</param>
    /// <param name="capacity">Tokens per row.</param>
    /// <param name="strategy">How.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1, a length is negative, or, with <see cref="PackingStrategy.BestFit"/>, above the capacity.</exception>
    public static PackingPlan Create(ReadOnlySpan<int> lengths, int capacity, PackingStrategy strategy)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        foreach (var length in lengths) ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(lengths));
        return strategy switch
        {
            PackingStrategy.BestFit => BestFit(lengths, capacity),
            PackingStrategy.Bfd => InChunks(lengths, capacity, TrlChunk, split: false),
            PackingStrategy.BfdSplit => InChunks(lengths, capacity, TrlChunk, split: true),
            _ => Wrapped(lengths, capacity),
        };
    }

    /// <summary>A row for each sequence.</summary>
    internal static PackingPlan OneEach(ReadOnlySpan<int> lengths)
    {
        var pieces = new List<PackedPiece>(lengths.Length);
        var starts = new List<int>(lengths.Length + 1) { 0 };
        for (var i = 0; i < lengths.Length; i++)
        {
            if (lengths[i] == 0) continue;
            pieces.Add(new(i, 0, lengths[i]));
            starts.Add(pieces.Count);
        }

        return new(pieces, starts);
    }

    /// <summary>
    /// Best fit decreasing over everything; where TRL's chunks happen to need fewer rows (the heuristic is not monotone), theirs. Rows then come in the
    /// order of their earliest sequence, and sequences in data order within a row, so that packing leaves no trend of lengths behind.
    /// </summary>
    private static PackingPlan BestFit(ReadOnlySpan<int> lengths, int capacity)
    {
        foreach (var length in lengths) ArgumentOutOfRangeException.ThrowIfGreaterThan(length, capacity, nameof(lengths));
        var whole = InChunks(lengths, capacity, Math.Max(1, lengths.Length), split: false);
        var chunked = lengths.Length > TrlChunk ? InChunks(lengths, capacity, TrlChunk, split: false) : whole;
        return (chunked.Count < whole.Count ? chunked : whole).InDataOrder();
    }

    private static PackingPlan InChunks(ReadOnlySpan<int> lengths, int capacity, int chunk, bool split)
    {
        var packer = new BestFitDecreasing(capacity);
        for (var start = 0; start < lengths.Length; start += chunk)
        {
            var end = Math.Min(lengths.Length, start + chunk);
            for (var i = start; i < end; i++)
            {
                packer.Add(new(i, 0, Math.Min(lengths[i], capacity)));
                for (var at = capacity; split && at < lengths[i]; at += capacity) packer.Add(new(i, at, Math.Min(capacity, lengths[i] - at)));
            }

            packer.Flush();
        }

        return packer.Plan();
    }

    private static PackingPlan Wrapped(ReadOnlySpan<int> lengths, int capacity)
    {
        var pieces = new List<PackedPiece>();
        var starts = new List<int> { 0 };
        var room = capacity;
        for (var i = 0; i < lengths.Length; i++)
        {
            for (var at = 0; at < lengths[i];)
            {
                var length = Math.Min(room, lengths[i] - at);
                pieces.Add(new(i, at, length));
                at += length;
                room -= length;
                if (room > 0) continue;
                starts.Add(pieces.Count);
                room = capacity;
            }

            if (((i + 1) % TrlChunk != 0 && i + 1 != lengths.Length) || room == capacity) continue;
            starts.Add(pieces.Count);
            room = capacity;
        }

        return new(pieces, starts);
    }

    private PackingPlan InDataOrder()
    {
        var all = CollectionsMarshal.AsSpan(_pieces);
        for (var row = 0; row < Count; row++) all[_starts[row].._starts[row + 1]].Sort((a, b) => a.Sequence.CompareTo(b.Sequence));
        var order = new int[Count];
        var first = new int[Count];
        for (var row = 0; row < Count; row++) (order[row], first[row]) = (row, all[_starts[row]].Sequence);
        Array.Sort(first, order);
        var pieces = new List<PackedPiece>(_pieces.Count);
        var starts = new List<int>(_starts.Count) { 0 };
        foreach (var row in order)
        {
            pieces.AddRange(Row(row));
            starts.Add(pieces.Count);
        }

        return new(pieces, starts);
    }
}
