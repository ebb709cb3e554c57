namespace TrlSharp.Batches;

/// <summary>
/// How a row of T tokens falls into S sequences: the one contract that every attention backend obeys. A token attends to earlier tokens of its own
/// sequence only, and its position counts from 0 at the start of that sequence.
/// </summary>
/// <param name="Starts">S + 1 ascending offsets: <c>[0, 5, 9]</c> are two sequences, 0..5 and 5..9.</param>
public sealed record SequenceLayout(IReadOnlyList<int> Starts)
{
    /// <summary>S.</summary>
    public int Count => Starts.Count - 1;

    /// <summary>T.</summary>
    public int Length => Starts[^1];

    /// <summary>One sequence of <paramref name="length"/> tokens.</summary>
    public static SequenceLayout Single(int length) => new([0, length]);

    /// <summary>Sequences of the given lengths, one after another.</summary>
    public static SequenceLayout FromLengths(params IEnumerable<int> lengths)
    {
        var starts = new List<int> { 0 };
        foreach (var length in lengths) starts.Add(starts[^1] + length);
        return new(starts);
    }
}
