using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TrlSharp.Native;

namespace TrlSharp.Models.Attention;

/// <summary>
/// The gradients of <see cref="AttentionForward"/> (Dao and others, arXiv:2205.14135, algorithm 4). With P the weights, computed anew, and g the gradient of the output o:
/// <code>
/// dV = Pᵀ·g      dS = P ⊙ (g·Vᵀ - rowsum(g ⊙ o))      dQ = scale · dS·K      dK = scale · dSᵀ·Q
/// </code>
/// L tokens, H channels of keys, V of values.
/// </summary>
internal sealed unsafe class AttentionBackward : IDisposable
{
    private const int Queries = AttentionForward.Queries;
    private const int Keys = AttentionForward.Keys;
    private const int ScoreRow = AttentionForward.ScoreRow;
    private readonly Scratch _scratch;
    private readonly int _keyRow;
    private readonly int _valueRow;
    private readonly float* _keyPanels;
    private readonly float* _valuePanels;
    private readonly float* _keys;
    private readonly float* _keyGradient;
    private readonly float* _valueGradient;
    private readonly float* _query;
    private readonly float* _pull;
    private readonly float* _queryGradient;
    private readonly float* _weights;
    private readonly float* _slopes;

    /// <param name="longest">L of the longest sequence.</param>
    /// <param name="keySize">H.</param>
    /// <param name="valueSize">V.</param>
    public AttentionBackward(int longest, int keySize, int valueSize)
    {
        (_keyRow, _valueRow) = ((int)Scratch.Padded(keySize), (int)Scratch.Padded(valueSize));
        long rows = AttentionForward.Groups(longest) * TileProduct.Rows;
        long[] sizes =
        [
            AttentionForward.PanelSize(longest, keySize), AttentionForward.PanelSize(longest, valueSize), rows * _keyRow, rows * _keyRow, rows * _valueRow,
            Queries * _keyRow, Queries * _valueRow, Queries * _keyRow, Queries * ScoreRow, Queries * ScoreRow,
        ];
        _scratch = new(sizes.Sum(Scratch.Padded));
        _keyPanels = _scratch.Take(sizes[0]);
        _valuePanels = _scratch.Take(sizes[1]);
        _keys = _scratch.Take(sizes[2]);
        _keyGradient = _scratch.Take(sizes[3]);
        _valueGradient = _scratch.Take(sizes[4]);
        _query = _scratch.Take(sizes[5]);
        _pull = _scratch.Take(sizes[6]);
        _queryGradient = _scratch.Take(sizes[7]);
        _weights = _scratch.Take(sizes[8]);
        _slopes = _scratch.Take(sizes[9]);
    }

    /// <summary>What is read, [L, H] or [L, V] each.</summary>
    internal readonly record struct Inputs(HeadRows Query, HeadRows Key, HeadRows Value, HeadRows Output, HeadRows Gradient);

    /// <summary>What is written.</summary>
    internal readonly record struct Results(HeadRows Query, HeadRows Key, HeadRows Value);

    /// <param name="x">What the forward pass read and wrote, and the gradient of its output.</param>
    /// <param name="to">Gradients.</param>
    /// <param name="largest">From the forward pass, [L].</param>
    /// <param name="inverse">From the forward pass, [L].</param>
    /// <param name="length">L.</param>
    /// <param name="scale">Factor on q·k.</param>
    /// <param name="window">Keys that a query sees, itself included.</param>
    /// <param name="past">Tokens at the start that are keys only; see <see cref="AttentionForward.Run"/>.</param>
    public void Run(in Inputs x, in Results to, float* largest, float* inverse, int length, float scale, int window, int past)
    {
        x.Key.Transpose(_keyPanels, length);
        x.Value.Transpose(_valuePanels, length);
        x.Key.CopyTo(_keys, 0, length, _keyRow);
        var rows = AttentionForward.Groups(length) * TileProduct.Rows;
        new Span<float>(_keyGradient, rows * _keyRow).Clear();
        new Span<float>(_valueGradient, rows * _valueRow).Clear();
        for (var first = past; first < length; first += Queries)
        {
            var count = Math.Min(Queries, length - first);
            AttentionForward.CopyPadded(x.Query, first, count, _query, _keyRow, scale);
            AttentionForward.CopyPadded(x.Gradient, first, count, _pull, _valueRow, 1);
            x.Output.Fetch(first, count);
            to.Query.Fetch(first, count);
            new Span<float>(_queryGradient, Queries * _keyRow).Clear();
            for (var start = AttentionForward.FirstKey(first, window) / Keys * Keys; start < first + count; start += Keys)
            {
                AttentionForward.Scores(_query, _keyRow, _keyPanels, x.Key.Size, _weights, first, count, start);
                AttentionForward.Scores(_pull, _valueRow, _valuePanels, x.Value.Size, _slopes, first, count, start);
                for (var i = 0; i < count; i++)
                {
                    float? common = SeesOneBlock(first + i, start, window) ? null : x.Output.Dot(first + i, _pull + (i * _valueRow));
                    Slopes(i, first + i, start, window, (largest[first + i], inverse[first + i]), common);
                }

                AddToQueries(first, count, start);
                AddToKeys(first, count, start);
            }

            to.Query.Store(_queryGradient, first, count, _keyRow, scale);
        }

        to.Key.Store(_keyGradient, 0, length, _keyRow);
        to.Value.Store(_valueGradient, 0, length, _valueRow);
    }

    public void Dispose() => _scratch.Dispose();

    private static bool SeesOneBlock(int query, int start, int window) => AttentionForward.FirstKey(query, window) >= start && query < start + Keys;

    /// <summary>
    /// Scores of a query to weights, and the gradients of the weights to those of the scores. <c>common</c> is rowsum(g ⊙ o), or null where all keys of the query are in this block: the
    /// same number is then the mean of the gradients of the weights, and taken from them it leaves slopes that add up to 0 as they must. With one key the slope is exactly 0, where
    /// AdamW would make a step of what rounding leaves.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Slopes(int i, int query, int start, int window, (float Largest, float Inverse) softmax, float? common)
    {
        var (from, to) = AttentionForward.Seen(query, start, window);
        float* weights = _weights + (i * ScoreRow), slopes = _slopes + (i * ScoreRow);
        AttentionForward.ClearUnseen(weights, from, to);
        AttentionForward.ClearUnseen(slopes, from, to);
        var (shift, factor, sum, moment) = (Vector512.Create(softmax.Largest), Vector512.Create(softmax.Inverse), Vector512<float>.Zero, Vector512<float>.Zero);
        for (var j = from / Lanes.Width * Lanes.Width; j < to; j += Lanes.Width)
        {
            var weight = AttentionForward.Kept(Lanes.Exp(Vector512.Load(weights + j) - shift) * factor, Vector512<float>.Zero, j, from, to);
            weight.Store(weights + j);
            sum += weight;
            moment = Vector512.FusedMultiplyAdd(weight, Vector512.Load(slopes + j), moment);
        }

        var less = Vector512.Create(common ?? Vector512.Sum(moment) / Vector512.Sum(sum));
        for (var j = from / Lanes.Width * Lanes.Width; j < to; j += Lanes.Width)
            AttentionForward.Kept(Vector512.Load(weights + j) * (Vector512.Load(slopes + j) - less), Vector512<float>.Zero, j, from, to).Store(slopes + j);
    }

    /// <summary>dQ += dS·K, of every group of queries over the keys that it sees.</summary>
    private void AddToQueries(int first, int count, int start)
    {
        for (var g = 0; g < AttentionForward.Groups(count); g++)
        {
            var keys = Math.Min(start + Keys, Math.Min(first + count, first + ((g + 1) * TileProduct.Rows))) - start;
            if (keys <= 0) continue;
            TileProduct.Multiply(
                _slopes + (g * TileProduct.Rows * ScoreRow), ScoreRow, 1, _keys + ((nint)start * _keyRow), _keyRow, _queryGradient + (g * TileProduct.Rows * _keyRow), _keyRow,
                TileProduct.Rows, keys, _keyRow, adds: true);
        }
    }

    /// <summary>dK += dSᵀ·Q and dV += Pᵀ·g, of every group of keys over the queries that see its first one.</summary>
    private void AddToKeys(int first, int count, int start)
    {
        var end = Math.Min(start + Keys, first + count);
        for (var key = start; key < end; key += TileProduct.Rows)
        {
            var skipped = Math.Max(0, key - first);
            var at = (skipped * ScoreRow) + key - start;
            TileProduct.Multiply(
                _slopes + at, 1, ScoreRow, _query + (skipped * _keyRow), _keyRow, _keyGradient + ((nint)key * _keyRow), _keyRow,
                TileProduct.Rows, count - skipped, _keyRow, adds: true);
            TileProduct.Multiply(
                _weights + at, 1, ScoreRow, _pull + (skipped * _valueRow), _valueRow, _valueGradient + ((nint)key * _valueRow), _valueRow,
                TileProduct.Rows, count - skipped, _valueRow, adds: true);
        }
    }
}
