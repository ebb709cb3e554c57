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
            PackingStrategy.Bfd => InChunks(lengths, capacity, split: false),
            PackingStrategy.BfdSplit => InChunks(lengths, capacity, split: true),
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

        // Of tens of millions of sequences every array counts: a plan is only laid out when it is known whose.
        var rowOf = new int[lengths.Length];
        var packer = new BestFitRows(capacity);
        var inChunks = lengths.Length > TrlChunk ? AssignChunks(packer, lengths, rowOf) : int.MaxValue;
        var rows = packer.Assign(lengths, rowOf, out _);
        if (inChunks < rows) rows = AssignChunks(packer, lengths, rowOf);
        return InDataOrder(lengths, rowOf, rows);
    }

    private static int AssignChunks(BestFitRows packer, ReadOnlySpan<int> lengths, Span<int> rowOf)
    {
        var rows = 0;
        for (var start = 0; start < lengths.Length; start += TrlChunk)
        {
            var end = Math.Min(lengths.Length, start + TrlChunk);
            var more = packer.Assign(lengths[start..end], rowOf[start..end], out _);
            for (var i = start; i < end; i++)
                if (rowOf[i] >= 0) rowOf[i] += rows;
            rows += more;
        }

        return rows;
    }

    private static PackingPlan InChunks(ReadOnlySpan<int> lengths, int capacity, bool split)
    {
        var packer = new BestFitDecreasing(capacity);
        for (var start = 0; start < lengths.Length; start += TrlChunk)
        {
            var end = Math.Min(lengths.Length, start + TrlChunk);
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

    /// <summary>Rows by their earliest sequence, sequences in their order.</summary>
    private static PackingPlan InDataOrder(ReadOnlySpan<int> lengths, int[] rowOf, int rows)
    {
        var numbers = new int[rows];
        Array.Fill(numbers, -1);
        var next = new int[rows];
        var (count, pieces) = (0, 0);
        foreach (ref var row in rowOf.AsSpan())
        {
            if (row < 0) continue;
            if (numbers[row] < 0) numbers[row] = count++;
            row = numbers[row];
            next[row]++;
            pieces++;
        }

        var starts = new List<int>(rows + 1);
        var at = 0;
        for (var row = 0; row < rows; row++)
        {
            starts.Add(at);
            (next[row], at) = (at, at + next[row]);
        }

        starts.Add(at);
        var placed = new List<PackedPiece>(pieces);
        CollectionsMarshal.SetCount(placed, pieces);
        for (var i = 0; i < rowOf.Length; i++)
            if (rowOf[i] >= 0) placed[next[rowOf[i]]++] = new(i, 0, lengths[i]);
        return new(placed, starts);
    }
}
