using TrlSharp.Batches;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Attention;

/// <summary>
/// Sequences sorted into buckets of one padded length, so that a kernel call computes a bucket. The padded length depends on nothing but the sequence's own length (four
/// steps to every doubling, 16 at least), so how a sequence is computed never depends on its neighbours.
/// T tokens, P slots, of which P - T are padding.
/// </summary>
internal sealed class SequenceBuckets
{
    private const int SmallestStep = 16;
    private readonly Tensor? _tokenOfSlot; // [P]
    private readonly Tensor? _slotOfToken; // [T]
    private readonly Tensor? _padding; // [P - T]

    /// <param name="layout">Where sequences begin.</param>
    /// <param name="sibling">A tensor on the device and in the dispose scope to which the indices are to belong.</param>
    public SequenceBuckets(SequenceLayout layout, Tensor sibling)
    {
        var starts = layout.Starts;
        var sequences = Enumerable.Range(0, layout.Count).OrderBy(s => PaddedLength(starts[s + 1] - starts[s])).ToList(); // stable
        Buckets = [.. sequences.GroupBy(s => PaddedLength(starts[s + 1] - starts[s])).Select(g => (g.Count(), g.Key))];
        var slots = new List<long>();
        var slotOfToken = new long[layout.Length];
        var padding = new List<long>();
        foreach (var s in sequences)
        {
            var end = slots.Count + PaddedLength(starts[s + 1] - starts[s]);
            for (var t = starts[s]; t < starts[s + 1]; t++)
            {
                slotOfToken[t] = slots.Count;
                slots.Add(t);
            }

            for (; slots.Count < end; slots.Add(starts[s])) padding.Add(slots.Count);
        }

        IsIdentity = padding.Count == 0 && Enumerable.Range(0, layout.Length).All(t => slotOfToken[t] == t);
        if (IsIdentity) return;
        using var scope = NewDisposeScope(); // a tensor must not be moved to the scope that it is in: TorchSharp then loses it
        Tensor Index(long[] values) => tensor(values, device: sibling.device).MoveToOtherDisposeScope(sibling);
        (_tokenOfSlot, _slotOfToken, _padding) = (Index([.. slots]), Index(slotOfToken), Index([.. padding]));
    }

    /// <summary>Number of sequences and padded length of each bucket, in the order of the slots.</summary>
    public IReadOnlyList<(int Count, int Length)> Buckets { get; }

    /// <summary>Whether the tokens already lie as the slots do.</summary>
    public bool IsIdentity { get; }

    /// <summary>From tokens to slots; padding repeats some token of the sequence. [T, ...] → [P, ...]</summary>
    public Tensor Spread(Tensor x) => IsIdentity ? x.alias() : x.index_select(0, _tokenOfSlot!);

    /// <summary>From tokens to slots, padding being 0. [T, ...] → [P, ...]</summary>
    public Tensor SpreadWithZeros(Tensor x) => IsIdentity ? x.alias() : x.index_select(0, _tokenOfSlot!).index_fill_(0, _padding!, Scalars.Of(0L));

    /// <summary>From slots to tokens. [P, ...] → [T, ...]</summary>
    public Tensor Gather(Tensor x) => IsIdentity ? x.alias() : x.index_select(0, _slotOfToken!);

    private static int PaddedLength(int length)
    {
        var step = Math.Max(SmallestStep, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length) / 8);
        return (length + step - 1) / step * step;
    }
}
