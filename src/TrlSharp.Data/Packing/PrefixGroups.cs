using TrlSharp.Sequences;

namespace TrlSharp.Packing;

/// <summary>Which neighbouring sequences stand as one tree in a row: examples of one conversation, as many as the row holds.</summary>
internal sealed class PrefixGroups
{
    private readonly int[] _starts;

    private PrefixGroups(int[] starts, int[] lengths, IReadOnlyList<int> apart)
    {
        (_starts, Lengths, Apart) = (starts, lengths, apart);
        for (var group = 0; group < lengths.Length; group++)
            if (Size(group) > 1) Sharing += Size(group);
    }

    /// <summary>Tokens of each group in a row, shared ones once.</summary>
    public int[] Lengths { get; }

    /// <summary>Sequences that begin a group for want of room, though they share their beginning with the one before.</summary>
    public IReadOnlyList<int> Apart { get; }

    /// <summary>Sequences in groups of more than one.</summary>
    public int Sharing { get; }

    /// <summary>First sequence of a group.</summary>
    public int Start(int group) => _starts[group];

    /// <summary>Sequences of a group.</summary>
    public int Size(int group) => _starts[group + 1] - _starts[group];

    /// <summary>Groups by the sequences and their order alone.</summary>
    /// <param name="sequences">Examples of one conversation stand next to each other.</param>
    /// <param name="rowLength">Tokens that a group may have.</param>
    public static PrefixGroups Find(IReadOnlyList<TokenSequence> sequences, int rowLength)
    {
        var (starts, lengths, apart, group) = (new List<int>(), new List<int>(), new List<int>(), new List<TokenSequence>());
        for (var i = 0; i < sequences.Count; i++)
        {
            var sequence = sequences[i];
            var shared = 0;
            if (group.Count > 0 && Continues(group[^1], sequence))
                foreach (var other in group) shared = Math.Max(shared, PrefixTreeBuilder.Common(other, sequence));
            if (shared > 0 && lengths[^1] + sequence.Length - shared <= rowLength)
            {
                lengths[^1] += sequence.Length - shared;
                group.Add(sequence);
                continue;
            }

            if (shared > 0) apart.Add(i);
            starts.Add(i);
            lengths.Add(sequence.Length);
            group.Clear();
            group.Add(sequence);
        }

        return new([.. starts, sequences.Count], [.. lengths], apart);
    }

    /// <summary>Whether two sequences are examples of one row of the data, in their order.</summary>
    public static bool Continues(TokenSequence sequence, TokenSequence next) => next.Origin == sequence.Origin && next.Part > sequence.Part;

    /// <summary>The groups in another order, and the sequences in that order.</summary>
    public (PrefixGroups Groups, int[] Sequences) Reordered(int[] order)
    {
        var (starts, lengths, sequences) = (new int[order.Length + 1], new int[order.Length], new int[_starts[^1]]);
        for (var i = 0; i < order.Length; i++)
        {
            for (var s = 0; s < Size(order[i]); s++) sequences[starts[i] + s] = Start(order[i]) + s;
            (lengths[i], starts[i + 1]) = (Lengths[order[i]], starts[i] + Size(order[i]));
        }

        var places = new Dictionary<int, int>();
        for (var i = 0; i < sequences.Length; i++) places[sequences[i]] = i;
        return (new(starts, lengths, [.. Apart.Select(s => places[s])]), sequences);
    }
}
