using TrlSharp.Rows;
using TrlSharp.Sequences;

namespace TrlSharp.Packing;

/// <summary>Which sequences stand as one tree in a row: examples of one conversation, as many as the row holds.</summary>
internal sealed class PrefixGroups
{
    /// <summary>Conversations whose next example is waited for: a mixture brings others between two examples of one.</summary>
    private const int MostOpen = 1024;

    private readonly int[] _starts;
    private readonly int[] _members;

    private PrefixGroups(int[] starts, int[] members, int[] lengths, IReadOnlyList<int> apart)
    {
        (_starts, _members, Lengths, Apart) = (starts, members, lengths, apart);
        for (var group = 0; group < lengths.Length; group++)
            if (Members(group).Length > 1) Sharing += Members(group).Length;
    }

    /// <summary>Tokens of each group in a row, shared ones once.</summary>
    public int[] Lengths { get; }

    /// <summary>Numbers of the sequences that begin a group for want of room, though they share their beginning with one of another group.</summary>
    public IReadOnlyList<int> Apart { get; }

    /// <summary>Sequences in groups of more than one.</summary>
    public int Sharing { get; }

    /// <summary>Numbers of the sequences of a group, ascending.</summary>
    public ReadOnlySpan<int> Members(int group) => _members.AsSpan(_starts[group].._starts[group + 1]);

    /// <summary>Groups by the sequences and their order alone; groups come in the order of their first sequences.</summary>
    /// <param name="sequences">Examples of one conversation stand in their order, with few others between them.</param>
    /// <param name="rowLength">Tokens that a group may have.</param>
    public static PrefixGroups Find(IReadOnlyList<TokenSequence> sequences, int rowLength)
    {
        var (groupOf, lengths, apart) = (new int[sequences.Count], new List<int>(), new List<int>());
        var (open, arrivals) = (new Dictionary<RowOrigin, (int Group, List<TokenSequence> Members)>(), new Queue<RowOrigin>());
        for (var i = 0; i < groupOf.Length; i++)
        {
            var (sequence, shared) = (sequences[i], 0);
            var isKnown = open.TryGetValue(sequence.Origin, out var waiting);
            if (isKnown && Continues(waiting.Members[^1], sequence))
                foreach (var other in waiting.Members) shared = Math.Max(shared, PrefixTreeBuilder.Common(other, sequence));
            if (shared > 0 && lengths[waiting.Group] + sequence.Length - shared <= rowLength)
            {
                groupOf[i] = waiting.Group;
                lengths[waiting.Group] += sequence.Length - shared;
                waiting.Members.Add(sequence);
                continue;
            }

            if (shared > 0) apart.Add(i);
            groupOf[i] = lengths.Count;
            open[sequence.Origin] = (lengths.Count, [sequence]);
            lengths.Add(sequence.Length);
            if (!isKnown) arrivals.Enqueue(sequence.Origin);
            if (open.Count > MostOpen) open.Remove(arrivals.Dequeue());
        }

        var (starts, members) = Sorted(groupOf, lengths.Count);
        return new(starts, members, [.. lengths], apart);
    }

    /// <summary>Whether two sequences are examples of one row of the data, in their order.</summary>
    public static bool Continues(TokenSequence sequence, TokenSequence next) => next.Origin == sequence.Origin && next.Part > sequence.Part;

    /// <summary>The groups in another order.</summary>
    public PrefixGroups Reordered(int[] order)
    {
        var (starts, members) = (new int[order.Length + 1], new int[_members.Length]);
        for (var i = 0; i < order.Length; i++)
        {
            Members(order[i]).CopyTo(members.AsSpan(starts[i]));
            starts[i + 1] = starts[i] + Members(order[i]).Length;
        }

        return new(starts, members, [.. order.Select(group => Lengths[group])], Apart);
    }

    private static (int[] Starts, int[] Members) Sorted(int[] groupOf, int groups)
    {
        var starts = new int[groups + 1];
        foreach (var group in groupOf) starts[group + 1]++;
        for (var group = 0; group < groups; group++) starts[group + 1] += starts[group];
        var (next, members) = (starts[..groups], new int[groupOf.Length]);
        for (var i = 0; i < groupOf.Length; i++) members[next[groupOf[i]]++] = i;
        return (starts, members);
    }
}
