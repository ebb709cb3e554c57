using TrlSharp.Batches;
using static TorchSharp.torch;

namespace TrlSharp.Models.Attention;

/// <summary>Packed sequences in two groups by their own length alone, and the way back. Those that continue another or are continued count as long. T tokens.</summary>
internal sealed class LengthSplit
{
    private readonly Tensor? _shortTokens;
    private readonly Tensor? _longTokens;
    private readonly Tensor? _back;

    /// <param name="layout">Where sequences begin.</param>
    /// <param name="border">The smallest length that counts as long.</param>
    /// <param name="sibling">A tensor on the device and in the dispose scope to which the indices are to belong.</param>
    public LengthSplit(SequenceLayout layout, int border, Tensor sibling)
    {
        var inTrees = layout.Parents.Index().Where(p => p.Item >= 0).SelectMany(p => new[] { p.Index, p.Item }).ToHashSet();
        var groups = Enumerable.Range(0, layout.Count).ToLookup(s => layout.LengthOf(s) >= border || inTrees.Contains(s));
        (HasShort, HasLong) = (groups[false].Any(), groups[true].Any());
        var places = groups[true].Index().ToDictionary(s => s.Item, s => s.Index);
        (Short, Long) = (SequenceLayout.FromLengths(groups[false].Select(layout.LengthOf)), SequenceLayout.FromLengths(groups[true].Select(layout.LengthOf)) with
        {
            Parents = layout.HasParents ? [.. groups[true].Select(s => layout.Parents[s] < 0 ? -1 : places[layout.Parents[s]])] : [],
        });
        if (!HasShort || !HasLong) return;
        long[] Tokens(bool isLong) => [.. groups[isLong].SelectMany(s => Enumerable.Range(layout.Starts[s], layout.LengthOf(s))).Select(t => (long)t)];
        var back = new long[layout.Length];
        foreach (var (slot, token) in Tokens(false).Concat(Tokens(true)).Index()) back[token] = slot;
        using var scope = NewDisposeScope(); // a tensor must not be moved to the scope that it is in: TorchSharp then loses it
        Tensor Index(long[] values) => tensor(values, device: sibling.device).MoveToOtherDisposeScope(sibling);
        (_shortTokens, _longTokens, _back) = (Index(Tokens(false)), Index(Tokens(true)), Index(back));
        ShortBuckets = new(Short, sibling);
    }

    public bool HasShort { get; }

    public bool HasLong { get; }

    public SequenceLayout Short { get; }

    public SequenceLayout Long { get; }

    /// <summary>Of the short sequences; null unless there are long ones too.</summary>
    public SequenceBuckets? ShortBuckets { get; }

    /// <summary>Tokens of one group: [T, ...] → [t, ...]</summary>
    public Tensor Select(Tensor x, bool isLong) => x.index_select(0, (isLong ? _longTokens : _shortTokens)!);

    /// <summary>Both groups to where their tokens were: [T, ...]</summary>
    public Tensor Join(Tensor shortPart, Tensor longPart) => cat([shortPart, longPart], 0).index_select(0, _back!);
}
