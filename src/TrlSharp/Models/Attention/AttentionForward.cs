using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TrlSharp.Native;

namespace TrlSharp.Models.Attention;

/// <summary>
/// Causal attention of one head in one sequence, in blocks of queries and keys with running maxima and sums (Dao and others, arXiv:2205.14135, algorithm 1), so scores never
/// leave the cache. L tokens, H channels of keys, V of values.
/// </summary>
internal sealed unsafe class AttentionForward : IDisposable
{
    /// <summary>Queries of a block, a multiple of <see cref="TileProduct.Rows"/>.</summary>
    internal const int Queries = 48;

    /// <summary>Keys of a block, a multiple of <see cref="TileProduct.Rows"/> and of <see cref="HeadRows.Panel"/>.</summary>
    internal const int Keys = 384;

    /// <summary>Elements between rows of scores. No power of two, or a column of them would fall on few sets of the cache.</summary>
    internal const int ScoreRow = Keys + Lanes.Width;

    private readonly Scratch _scratch;
    private readonly int _valueRow;
    private readonly float* _keys;
    private readonly float* _values;
    private readonly float* _query;
    private readonly float* _scores;
    private readonly float* _output;
    private readonly float* _largest;
    private readonly float* _sums;

    /// <param name="longest">L of the longest sequence.</param>
    /// <param name="keySize">H.</param>
    /// <param name="valueSize">V.</param>
    public AttentionForward(int longest, int keySize, int valueSize)
    {
        _valueRow = (int)Scratch.Padded(valueSize);
        long[] sizes = [PanelSize(longest, keySize), (long)longest * _valueRow, Queries * keySize, Queries * ScoreRow, Queries * _valueRow, Queries, Queries];
        _scratch = new(sizes.Sum(Scratch.Padded));
        _keys = _scratch.Take(sizes[0]);
        _values = _scratch.Take(sizes[1]);
        _query = _scratch.Take(sizes[2]);
        _scores = _scratch.Take(sizes[3]);
        _output = _scratch.Take(sizes[4]);
        _largest = _scratch.Take(sizes[5]);
        _sums = _scratch.Take(sizes[6]);
    }

    /// <param name="query">[L, H]</param>
    /// <param name="key">[L, H]</param>
    /// <param name="value">[L, V]</param>
    /// <param name="output">[L, V], written.</param>
    /// <param name="largest">The largest score of each query, [L], written.</param>
    /// <param name="inverse">1 / Σ e^(score - largest), [L], written. Together with it the backward pass gets the same weights to the last bit; their logarithm would be off alike in a whole row.</param>
    /// <param name="length">L.</param>
    /// <param name="scale">Factor on q·k.</param>
    /// <param name="window">Keys that a query sees, itself included.</param>
    /// <param name="past">Tokens at the start that are keys only: of queries, outputs and sums nothing before it is touched.</param>
    public void Run(HeadRows query, HeadRows key, HeadRows value, HeadRows output, float* largest, float* inverse, int length, float scale, int window, int past)
    {
        key.Transpose(_keys, length);
        value.CopyTo(_values, 0, length, _valueRow);
        for (var first = past; first < length; first += Queries)
        {
            var count = Math.Min(Queries, length - first);
            CopyPadded(query, first, count, _query, query.Size, scale);
            output.Fetch(first, count);
            new Span<float>(_output, Queries * _valueRow).Clear();
            new Span<float>(_largest, Queries).Fill(float.NegativeInfinity);
            new Span<float>(_sums, Queries).Clear();
            for (var start = FirstKey(first, window) / Keys * Keys; start < first + count; start += Keys)
            {
                Scores(_query, query.Size, _keys, query.Size, _scores, first, count, start);
                for (var i = 0; i < count; i++) Softmax(i, first + i, start, window);
                Mix(first, count, start);
            }

            for (var i = 0; i < count; i++)
            {
                largest[first + i] = _largest[i];
                inverse[first + i] = 1 / _sums[i];
                output.Store(_output + (i * _valueRow), first + i, 1, _valueRow, inverse[first + i]);
            }
        }
    }

    public void Dispose() => _scratch.Dispose();

    /// <summary>Numbers of all panels of the transposed keys.</summary>
    internal static long PanelSize(int length, int size) => (length + HeadRows.Panel - 1) / HeadRows.Panel * (long)HeadRows.Panel * size;

    internal static int FirstKey(int query, int window) => Math.Max(0, query - window + 1);

    /// <summary>A block of rows, filled up with zeros to a multiple of what is multiplied together.</summary>
    internal static void CopyPadded(HeadRows rows, int first, int count, float* to, int row, float factor)
    {
        rows.CopyTo(to, first, count, row, factor);
        var padded = Groups(count) * TileProduct.Rows;
        new Span<float>(to + (count * row), (padded - count) * row).Clear();
    }

    internal static int Groups(int rows) => (rows + TileProduct.Rows - 1) / TileProduct.Rows;

    /// <summary>
    /// Scores of a block of queries with the keys from <paramref name="start"/> on: of every group of queries with all panels up to its last query, to the next multiple of
    /// 16. What lies behind the diagonal there is to be taken away.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Scores(float* query, int queryRow, float* keys, int size, float* scores, int first, int count, int start)
    {
        var end = Math.Min(start + Keys, first + count);
        for (var panel = start; panel < end; panel += HeadRows.Panel)
        {
            var from = keys + ((nint)panel * size);
            for (var g = Math.Max(0, panel - first) / TileProduct.Rows; g < Groups(count); g++)
            {
                var seen = Math.Min(Math.Min(end, first + ((g + 1) * TileProduct.Rows)) - panel, HeadRows.Panel);
                if (seen <= 0) continue;
                TileProduct.Multiply(
                    query + (g * TileProduct.Rows * queryRow), queryRow, 1, from, HeadRows.Panel, scores + (g * TileProduct.Rows * ScoreRow) + panel - start, ScoreRow,
                    TileProduct.Rows, size, (int)Scratch.Padded(seen), adds: false);
            }
        }
    }

    /// <summary>Keys of a block that a query sees, counted from the start of the block: from the first to before the second; where it sees none, both are equal.</summary>
    internal static (int From, int To) Seen(int query, int start, int window)
    {
        var to = Math.Clamp(query + 1 - start, 0, Keys);
        return (Math.Clamp(FirstKey(query, window) - start, 0, to), to);
    }

    /// <summary>What a group of queries reads beyond the keys that one of them sees must be zero.</summary>
    internal static void ClearUnseen(float* row, int from, int to)
    {
        for (var j = 0; j < from / Lanes.Width * Lanes.Width; j += Lanes.Width) Vector512<float>.Zero.Store(row + j);
        for (var j = (int)Scratch.Padded(to); j < to + TileProduct.Rows && j < ScoreRow; j += Lanes.Width) Vector512<float>.Zero.Store(row + j);
    }

    /// <summary>Zero outside of the lanes that are seen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Kept(Vector512<float> values, Vector512<float> others, int at, int from, int to)
    {
        if (at >= from && at + Lanes.Width <= to) return values;
        var index = Vector512<float>.Indices + Vector512.Create((float)at);
        var isSeen = Vector512.GreaterThanOrEqual(index, Vector512.Create((float)from)) & Vector512.LessThan(index, Vector512.Create((float)to));
        return Vector512.ConditionalSelect(isSeen, values, others);
    }

    /// <summary>Scores of a query to e^(score - largest), with what was summed before brought to the new largest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Softmax(int i, int query, int start, int window)
    {
        var (from, to) = Seen(query, start, window);
        var row = _scores + (i * ScoreRow);
        ClearUnseen(row, from, to);
        var lowest = Vector512.Create(float.NegativeInfinity);
        var most = lowest;
        for (var j = from / Lanes.Width * Lanes.Width; j < to; j += Lanes.Width) most = Vector512.Max(most, Kept(Vector512.Load(row + j), lowest, j, from, to));
        var largest = _largest[i];
        for (var lane = 0; lane < Lanes.Width; lane++) largest = MathF.Max(largest, most[lane]);
        if (largest != _largest[i])
        {
            var factor = MathF.Exp(_largest[i] - largest);
            _sums[i] *= factor;
            for (var c = 0; c < _valueRow; c += Lanes.Width) (Vector512.Load(_output + (i * _valueRow) + c) * Vector512.Create(factor)).Store(_output + (i * _valueRow) + c);
            _largest[i] = largest;
        }

        var sum = Vector512<float>.Zero;
        var shift = Vector512.Create(largest);
        for (var j = from / Lanes.Width * Lanes.Width; j < to; j += Lanes.Width)
        {
            var power = Kept(Lanes.Exp(Vector512.Load(row + j) - shift), Vector512<float>.Zero, j, from, to);
            power.Store(row + j);
            sum += power;
        }

        _sums[i] += Vector512.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Mix(int first, int count, int start)
    {
        for (var g = 0; g < Groups(count); g++)
        {
            var keys = Math.Min(start + Keys, Math.Min(first + count, first + ((g + 1) * TileProduct.Rows))) - start;
            if (keys <= 0) continue;
            TileProduct.Multiply(
                _scores + (g * TileProduct.Rows * ScoreRow), ScoreRow, 1, _values + ((nint)start * _valueRow), _valueRow, _output + (g * TileProduct.Rows * _valueRow), _valueRow,
                TileProduct.Rows, keys, _valueRow, adds: true);
        }
    }
}
