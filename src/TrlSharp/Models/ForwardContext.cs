using TrlSharp.Batches;
using TrlSharp.Models.Attention;
using TrlSharp.Models.Rotary;
using static TorchSharp.torch;

namespace TrlSharp.Models;

/// <summary>
/// What all layers of one forward pass share: where sequences begin, positions, rotary tables, masks, caches. T tokens, S sequences, R rotated channels.
/// Its tensors live in the dispose scope in which it was made.
/// </summary>
internal sealed class ForwardContext
{
    private readonly Dictionary<RotaryEmbedding, RotaryTable> _tables = [];
    private readonly Dictionary<(int Queries, int Keys, int? Window), Tensor> _masks = [];
    private readonly ScalarType _type;
    private readonly List<int> _counts = [];
    private readonly List<int> _lengths = [];
    private readonly int[]? _sequences;
    private SequenceBuckets? _buckets;
    private LengthSplit? _split;

    /// <param name="layout">The sequences of this pass.</param>
    /// <param name="type">Type of the activations.</param>
    /// <param name="device">Where they are.</param>
    /// <param name="caches">One for each sequence, or null to read every sequence from its start.</param>
    public ForwardContext(SequenceLayout layout, ScalarType type, Device device, IReadOnlyList<KeyValueCache>? caches = null)
    {
        (Layout, _type, Caches) = (layout, type, caches);
        if (caches is not null && layout.HasParents) throw new ArgumentException("Sequences that continue each other have no caches of their own.", nameof(caches));
        var positions = new long[layout.Length];
        for (var s = 0; s < layout.Count; s++)
        {
            var past = caches?[s].Length ?? layout.PastOf(s);
            _counts.Add(layout.LengthOf(s));
            _lengths.Add(past + _counts[s]);
            for (var i = 0; i < _counts[s]; i++) positions[layout.Starts[s] + i] = past + i;
        }

        Positions = tensor(positions, device: device);
        if (caches is null) _sequences = [.. Enumerable.Range(0, layout.Count).SelectMany(s => Enumerable.Repeat(s, _counts[s]))];
    }

    public SequenceLayout Layout { get; }

    public IReadOnlyList<KeyValueCache>? Caches { get; }

    /// <summary>int64 [T]: counted from 0 in every sequence, or from the end of what it continues.</summary>
    public Tensor Positions { get; }

    /// <summary>Tokens of the longest sequence, with its past.</summary>
    public int LongestSequence => _lengths.Max();

    /// <summary>Where routed layers note their decisions, in order; null if nobody asks.</summary>
    public List<RouterDecision>? Routing { get; init; }

    /// <summary>
    /// Rotary tables that depend on the length of a sequence take every sequence to be at least that long: what transformers computes for a padded batch. Default 0.
    /// </summary>
    public int PaddedLength { get; init; }

    /// <summary>
    /// Which tokens may share a matrix product whose number of rows depends on their values (experts): those of one sequence, because the rounding of a product
    /// depends on its number of rows and nothing of a sequence may depend on another. With caches everything may be shared.
    /// </summary>
    public int SequenceOf(int token) => _sequences is null ? 0 : _sequences[token];

    /// <summary>The sequences sorted by length, for attention that computes several at once.</summary>
    public SequenceBuckets Buckets => _buckets ??= new(Layout, Positions);

    /// <summary>The sequences that our attention kernel computes in float32, and the others.</summary>
    public LengthSplit Lengths => _split ??= new(Layout, FlashAttention.ShortestInFloat32, Positions);

    /// <summary>The cosines and sines of this pass.</summary>
    public RotaryTable Rotation(RotaryEmbedding rotary)
    {
        if (_tables.TryGetValue(rotary, out var table)) return table;
        if (rotary.DependsOnLength) RefuseParents("rotary positions that depend on the length of the whole sequence (LongRoPE, dynamic scaling)");
        using var scope = NewDisposeScope(); // a tensor must not be moved to the scope that it is in: TorchSharp then loses it
        table = rotary.Table(Positions, _counts, [.. _lengths.Select(length => Math.Max(length, PaddedLength))], _type);
        table.Cos.MoveToOtherDisposeScope(Positions);
        table.Sin.MoveToOtherDisposeScope(Positions);
        return _tables[rotary] = table;
    }

    /// <summary>For what reads a sequence in one piece only.</summary>
    /// <exception cref="ConfigException">Some sequence continues another.</exception>
    public void RefuseParents(string what)
    {
        if (Layout.HasParents) throw new ConfigException($"The model has {what}, so examples cannot share their beginning. Set packing_share_prefixes to false.");
    }

    /// <summary>Remembers what a routed layer decided, if somebody asked for it.</summary>
    public void Note(RouterDecision decision)
    {
        if (Routing is null) return;
        using var scope = NewDisposeScope();
        Tensor Kept(Tensor part) => part.alias().MoveToOtherDisposeScope(Positions);
        Routing.Add(new(Kept(decision.Logits), Kept(decision.Experts), Kept(decision.Weights)));
    }

    /// <summary>
    /// Which keys the last <paramref name="queries"/> of <paramref name="keys"/> tokens see: those before them and themselves, the nearest
    /// <paramref name="window"/> only. Truth values [queries, keys].
    /// </summary>
    public Tensor Mask(int queries, int keys, int? window)
    {
        if (_masks.TryGetValue((queries, keys, window), out var mask)) return mask;
        using var scope = NewDisposeScope();
        var all = ones(queries, keys, dtype: ScalarType.Bool, device: Positions.device); // [n, m]
        mask = all.tril(keys - queries); // [n, m]
        if (window is { } w) mask = mask.logical_and(all.triu(keys - queries - w + 1)); // [n, m]
        mask.MoveToOtherDisposeScope(Positions);
        return _masks[(queries, keys, window)] = mask;
    }
}
