namespace TrlSharp.Batches;

/// <summary>
/// How a row of T tokens falls into S sequences: the one contract that every attention backend obeys. A token attends to earlier tokens of its own
/// sequence only, and its position counts from 0 at the start of that sequence. A sequence with a parent continues it: it attends to all of the parent as well, and to
/// what that continues, and its positions count on from the parent's end. Two sequences that continue one parent do not see each other.
/// </summary>
/// <param name="Starts">S + 1 ascending offsets: <c>[0, 5, 9]</c> are two sequences, 0..5 and 5..9.</param>
public sealed record SequenceLayout(IReadOnlyList<int> Starts)
{
    /// <summary>For each sequence the number of the one that it continues, which comes earlier, or −1; empty, the default, where none continues another.</summary>
    /// <exception cref="ArgumentException">There are too many or too few, or a parent comes later.</exception>
    public IReadOnlyList<int> Parents
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Count != 0 && value.Count != Count) throw new ArgumentException($"{Count} sequences have {value.Count} parents.", nameof(value));
            for (var s = 0; s < value.Count; s++)
                if (value[s] >= s) throw new ArgumentException($"Sequence {s} continues sequence {value[s]}, which does not come before it.", nameof(value));
            field = value.Any(p => p >= 0) ? value : [];
        }
    } = [];

    /// <summary>S.</summary>
    public int Count => Starts.Count - 1;

    /// <summary>T.</summary>
    public int Length => Starts[^1];

    /// <summary>Whether some sequence continues another.</summary>
    public bool HasParents => Parents.Count > 0;

    /// <summary>One sequence of <paramref name="length"/> tokens.</summary>
    public static SequenceLayout Single(int length) => new([0, length]);

    /// <summary>Sequences of the given lengths, one after another.</summary>
    public static SequenceLayout FromLengths(params IEnumerable<int> lengths)
    {
        var starts = new List<int> { 0 };
        foreach (var length in lengths) starts.Add(starts[^1] + length);
        return new(starts);
    }

    /// <summary>Tokens of a sequence in the row.</summary>
    public int LengthOf(int sequence) => Starts[sequence + 1] - Starts[sequence];

    /// <summary>The sequences that one continues and itself, in the order of their positions.</summary>
    public IReadOnlyList<int> PathOf(int sequence)
    {
        var path = new List<int>();
        for (var s = sequence; s >= 0; s = HasParents ? Parents[s] : -1) path.Add(s);
        path.Reverse();
        return path;
    }

    /// <summary>Tokens of all that a sequence continues: the position of its first token.</summary>
    public int PastOf(int sequence)
    {
        var past = 0;
        if (HasParents)
            for (var s = Parents[sequence]; s >= 0; s = Parents[s]) past += LengthOf(s);
        return past;
    }
}
