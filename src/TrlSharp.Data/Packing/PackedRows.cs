using System.Collections;
using TrlSharp.Mixtures;
using TrlSharp.Sequences;

namespace TrlSharp.Packing;

/// <summary>
/// Packed rows by number, made when they are asked for: the sequences may lie in a mapped file, and only the plan is in memory. Safe to share between
/// threads where the list of sequences is.
/// </summary>
public sealed class PackedRows : IReadOnlyList<PackedRow>
{
    private readonly IReadOnlyList<TokenSequence> _sequences;
    private readonly int[] _lengths;
    private readonly PackingPlan _plan;
    private readonly PackingStrategy _strategy;
    private readonly PrefixGroups? _groups;

    /// <param name="sequences">Whole sequences, by number.</param>
    /// <param name="lengths">Their tokens.</param>
    /// <param name="packing">How rows are filled; null: one sequence a row.</param>
    /// <param name="shuffleSeed">Order of the sequences before they are packed, those that share a beginning together; null: as they come.</param>
    /// <exception cref="ConfigException">The options are out of range.</exception>
    /// <exception cref="DataException">A sequence is longer than a row and the strategy keeps sequences whole.</exception>
    public PackedRows(IReadOnlyList<TokenSequence> sequences, int[] lengths, PackingOptions? packing, ulong? shuffleSeed = null)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(lengths);
        if (lengths.Length != sequences.Count) throw new ArgumentException($"{sequences.Count} sequences, but {lengths.Length} lengths.", nameof(lengths));
        var problems = packing?.Problems().ToList() ?? [];
        if (problems.Count > 0) throw new ConfigException(string.Join(Environment.NewLine, problems));
        _groups = packing is { SharePrefixes: true } ? PrefixGroups.Find(sequences, packing.RowLength) : null;
        (_sequences, _lengths) = (sequences, lengths);
        if (shuffleSeed is { } seed)
        {
            var order = Shuffling.Permutation(_groups?.Lengths.Length ?? lengths.Length, seed);
            if (_groups is not null) _groups = _groups.Reordered(order);
            else (_sequences, _lengths) = (new ReorderedList<TokenSequence>(sequences, order), [.. order.Select(i => lengths[i])]);
        }

        _strategy = packing?.Strategy ?? PackingStrategy.BestFit;
        if (packing is not null && _strategy == PackingStrategy.BestFit)
            for (var i = 0; i < _lengths.Length; i++)
                if (_lengths[i] > packing.RowLength) throw SequencePacker.TooLong(_sequences[i], packing.RowLength);
        _plan = packing is null ? PackingPlan.OneEach(_lengths) : PackingPlan.Create(_groups?.Lengths ?? _lengths, packing.RowLength, _strategy);
        Lengths = new int[_plan.Count];
        for (var row = 0; row < Lengths.Length; row++)
            foreach (var piece in _plan.Row(row)) Lengths[row] += piece.Length;
    }

    /// <summary>Tokens per row, without touching the tokens.</summary>
    public int[] Lengths { get; }

    /// <summary>Whether some rows have sequences that share their beginning.</summary>
    public bool HasTrees => _groups is { Sharing: > 0 };

    /// <inheritdoc/>
    public int Count => _plan.Count;

    /// <inheritdoc/>
    public PackedRow this[int index] => new PackedRowBuilder(_strategy, new()).Build(_plan.Row(index), _sequences, _groups);

    /// <summary>The same as <see cref="Measure"/> from the plan alone, where every sequence is whole; null where some are cut or joined.</summary>
    /// <param name="weight">Σ weights of the sequences.</param>
    public PackingTotals? MeasurePlan(double weight)
    {
        var totals = new PackingTotals { Rows = Count, Sequences = _sequences.Count, TokensIn = _lengths.Sum(l => (long)l), TokensOut = _plan.Tokens, WeightIn = weight, WeightOut = weight };
        totals.Empty = _lengths.Count(l => l == 0);
        if (_groups is { } groups)
        {
            (totals.Sharing, totals.Apart, totals.TokensShared) = (groups.Sharing, groups.Apart.Count, totals.TokensIn - groups.Lengths.Sum(l => (long)l));
            return totals;
        }

        return _strategy != PackingStrategy.Wrapped && totals.TokensOut == totals.TokensIn && _plan.Pieces == totals.Sequences - totals.Empty ? totals : null;
    }

    /// <summary>Walks through everything once: what went in and what is in the rows.</summary>
    public PackingTotals Measure()
    {
        var totals = new PackingTotals { Rows = Count, Apart = _groups?.Apart.Count ?? 0 };
        var builder = new PackedRowBuilder(_strategy, totals);
        for (var row = 0; row < Count; row++) builder.Build(_plan.Row(row), _sequences, _groups);
        for (var i = 0; i < _sequences.Count; i++)
        {
            var sequence = _sequences[i];
            totals.Sequences++;
            totals.TokensIn += sequence.Length;
            totals.WeightIn += sequence.TargetWeight;
            if (sequence.Length == 0) totals.Empty++;
        }

        return totals;
    }

    /// <summary>The tokens of each row of any list.</summary>
    public static int[] LengthsOf(IReadOnlyList<PackedRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows is PackedRows packed) return packed.Lengths;
        var lengths = new int[rows.Count];
        for (var i = 0; i < lengths.Length; i++) lengths[i] = rows[i].Length;
        return lengths;
    }

    /// <inheritdoc/>
    public IEnumerator<PackedRow> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
