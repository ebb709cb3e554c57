using TrlSharp.Sequences;

namespace TrlSharp.Packing;

/// <summary>
/// Sequences to rows, streaming: holds one window of sequences at a time. Every sequence is in exactly one row and whole, unless a strategy of TRL's that
/// cuts was asked for by name; <see cref="Totals"/> says what went in and out.
/// </summary>
public sealed class SequencePacker
{
    private readonly PackingOptions _options;
    private readonly PackedRowBuilder _builder;
    private int _packedBefore; // sequences of the window that an earlier plan had already; what is apart among them is counted

    /// <exception cref="ConfigException">The options are out of range.</exception>
    public SequencePacker(PackingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = options.Problems().ToList();
        if (problems.Count > 0) throw new ConfigException(string.Join(Environment.NewLine, problems));
        _options = options;
        _builder = new(options.Strategy, Totals);
    }

    /// <summary>The account of the rows given out so far.</summary>
    public PackingTotals Totals { get; } = new();

    /// <summary>Packs a stream. The rows depend on the sequences and their order only.</summary>
    /// <exception cref="DataException">A sequence is longer than a row and the strategy keeps sequences whole.</exception>
    public IEnumerable<PackedRow> Pack(IEnumerable<TokenSequence> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        var whole = _options.Strategy == PackingStrategy.BestFit;
        var size = whole ? _options.Window : PackingPlan.TrlChunk;
        var window = new List<TokenSequence>(Math.Min(size, 1 << 16));
        foreach (var sequence in sequences)
        {
            Count(sequence);
            if (whole && sequence.Length == 0) continue;
            if (_options.SharePrefixes && window.Count >= size && !PrefixGroups.Continues(window[^1], sequence))
                foreach (var row in Emit(window, keepOpen: whole)) yield return row;
            window.Add(sequence);
            if (_options.SharePrefixes || window.Count < size) continue;
            foreach (var row in Emit(window, keepOpen: whole)) yield return row;
        }

        foreach (var row in Emit(window, keepOpen: false)) yield return row;
    }

    internal static DataException TooLong(TokenSequence sequence, int rowLength) =>
        new($"{sequence.Origin}: the example has {sequence.Length} tokens, a packed row holds {rowLength}. Raise the row length, or choose what happens to long examples (overflow).");

    private void Count(TokenSequence sequence)
    {
        if (_options.Strategy == PackingStrategy.BestFit && sequence.Length > _options.RowLength)
            throw TooLong(sequence, _options.RowLength);
        Totals.Sequences++;
        Totals.TokensIn += sequence.Length;
        Totals.WeightIn += sequence.TargetWeight;
        if (sequence.Length == 0) Totals.Empty++;
    }

    /// <summary>The rows of a window. With <paramref name="keepOpen"/> the emptier half of them goes back to the window, to be packed again.</summary>
    private List<PackedRow> Emit(List<TokenSequence> window, bool keepOpen)
    {
        var groups = _options.SharePrefixes ? PrefixGroups.Find(window, _options.RowLength) : null;
        Totals.Apart += groups?.Apart.Count(s => s >= _packedBefore) ?? 0;
        var lengths = groups?.Lengths ?? [.. window.Select(s => s.Length)];
        var plan = PackingPlan.Create(lengths, _options.RowLength, _options.Strategy);
        var closed = keepOpen ? FullerRows(plan) : null;
        var rows = new List<PackedRow>(plan.Count);
        var kept = new List<int>();
        for (var row = 0; row < plan.Count; row++)
        {
            if (closed is null || closed[row]) rows.Add(_builder.Build(plan.Row(row), window, groups));
            else foreach (var piece in plan.Row(row)) kept.AddRange(groups is null ? [piece.Sequence] : groups.Members(piece.Sequence));
        }

        kept.Sort();
        for (var i = 0; i < kept.Count; i++) window[i] = window[kept[i]];
        window.RemoveRange(kept.Count, window.Count - kept.Count);
        Totals.Rows += rows.Count;
        _packedBefore = kept.Count;
        return rows;
    }

    /// <summary>Marks the fuller half of the rows, at least one: the stream always moves on.</summary>
    private static bool[] FullerRows(PackingPlan plan)
    {
        var order = new long[plan.Count];
        for (var row = 0; row < order.Length; row++)
        {
            var tokens = 0L;
            foreach (var piece in plan.Row(row)) tokens += piece.Length;
            order[row] = (-tokens << 32) | (uint)row;
        }

        Array.Sort(order);
        var closed = new bool[order.Length];
        for (var i = 0; i < (order.Length + 1) / 2; i++) closed[(int)order[i]] = true;
        return closed;
    }
}
