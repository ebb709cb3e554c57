using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TrlSharp.Native;

/// <summary>One product of <see cref="RowMatmul"/>; threads compute different outputs of it. T rows, I inputs, O outputs.</summary>
internal sealed unsafe class RowMatmulJob : IDisposable
{
    private const int Together = RowMatmul.Together;

    /// <summary>Numbers of the weight that the first cache holds beside four rows.</summary>
    private const int TileSize = 8192;

    private readonly Scratch? _scratch;
    private readonly byte* _weight;
    private readonly byte* _bias;
    private readonly ushort* _halves;
    private readonly float* _x;
    private readonly float* _result;
    private readonly int _rows;
    private readonly int _inputs;
    private readonly int _outputs;
    private readonly bool _isHalf;
    private readonly nint _bytes;

    public RowMatmulJob(nint rowsAt, nint weight, nint bias, nint resultAt, (int Rows, int Inputs, int Outputs) sizes, bool isHalf)
    {
        (_rows, _inputs, _outputs) = sizes;
        _isHalf = isHalf;
        _bytes = (nint)_inputs * (_isHalf ? sizeof(ushort) : sizeof(float));
        _weight = (byte*)weight;
        _bias = (byte*)bias;
        _halves = (ushort*)resultAt;
        _x = (float*)rowsAt;
        _result = (float*)resultAt;
        if (!_isHalf) return;
        _scratch = new(Scratch.Padded((long)_rows * _inputs) + Scratch.Padded((long)_rows * _outputs));
        _x = _scratch.Take((long)_rows * _inputs);
        _result = _scratch.Take((long)_rows * _outputs);
        HalfProducts.Widen((ushort*)rowsAt, _x, _rows, _inputs);
    }

    public int Outputs => _outputs;

    public void Dispose() => _scratch?.Dispose();

    /// <summary>The outputs from first to last.</summary>
    public void Run(int first, int last)
    {
        if (_isHalf && _rows < Together) RunHalves(first, last);
        else RunTiles(first, last);
        for (var t = 0; t < _rows; t++) Finish(_result + ((nint)t * _outputs), (nint)t * _outputs, first, last);
    }

    /// <summary>bfloat16 weights as they lie in memory, for few rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunHalves(int first, int last)
    {
        for (var o = first; o < last; o += Together)
        {
            var w = (ushort*)(_weight + (o * _bytes));
            for (var t = 0; t < _rows; t++)
            {
                float* a = _x + ((nint)t * _inputs), to = _result + ((nint)t * _outputs) + o;
                if (last - o >= Together) HalfProducts.Four(a, w, to, _inputs);
                else for (var j = 0; j < last - o; j++) to[j] = HalfProducts.Dot(a, w + ((nint)j * _inputs), _inputs);
            }
        }
    }

    /// <summary>
    /// In tiles of the weight that stay in the first cache while all rows pass over them. bfloat16 is widened once per tile, in one run through memory.
    /// </summary>
    private void RunTiles(int first, int last)
    {
        var tile = Math.Max(Together, TileSize / _inputs / Together * Together);
        using var scratch = _isHalf ? new Scratch(Scratch.Padded((long)Math.Min(tile, last - first) * _inputs)) : null;
        var wide = scratch is null ? null : scratch.Take((long)Math.Min(tile, last - first) * _inputs);
        for (var o = first; o < last; o += tile)
        {
            var count = Math.Min(tile, last - o);
            var w = (float*)(_weight + (o * _bytes));
            if (_isHalf)
            {
                HalfProducts.Widen((ushort*)w, wide, count, _inputs);
                w = wide;
            }

            Tile(w, _result + o, count);
        }
    }

    /// <summary>Adds the bias and rounds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Finish(float* sums, nint row, int first, int last)
    {
        if (_bias is not null)
            for (var o = first; o < last; o++) sums[o] += _isHalf ? Lanes.Scalar((ushort*)_bias + o) : ((float*)_bias)[o];
        if (!_isHalf) return;
        for (long o = first; o < last; o += Lanes.Width) Lanes.Store(Lanes.Load(sums + o, last - o), _halves + row + o, last - o);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Tile(float* w, float* to, int count)
    {
        var t = 0;
        for (; t + Together <= _rows; t += Together)
            for (var j = 0; j < count; j += Together)
                Block(t, w + ((nint)j * _inputs), to + ((nint)t * _outputs) + j, Math.Min(Together, count - j), isWhole: true);
        for (; t < _rows; t++)
            for (var j = 0; j < count; j += Together)
                Block(t, w + ((nint)j * _inputs), to + ((nint)t * _outputs) + j, Math.Min(Together, count - j), isWhole: false);
    }

    /// <summary>Outputs from one on, of four rows or of one: the last outputs that are no four are computed one by one for every row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Block(int t, float* w, float* to, int count, bool isWhole)
    {
        var a = _x + ((nint)t * _inputs);
        if (count < Together)
        {
            for (var r = 0; r < (isWhole ? Together : 1); r++, a += _inputs, to += _outputs)
                for (var j = 0; j < count; j++)
                    to[j] = Dot(a, w + ((nint)j * _inputs));
        }
        else if (isWhole) Four(a, w, to);
        else One(a, w, to);
    }

    private float Dot(float* a, float* w)
    {
        var lanes = Vector512<float>.Zero;
        var i = 0;
        for (; i + Lanes.Width <= _inputs; i += Lanes.Width) lanes = Vector512.FusedMultiplyAdd(Vector512.Load(w + i), Vector512.Load(a + i), lanes);
        var sum = Vector512.Sum(lanes);
        for (; i < _inputs; i++) sum += a[i] * w[i];
        return sum;
    }

    /// <summary>Four outputs of a row, one after the other: memory is read in one run, which is faster than four side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void One(float* a, float* w, float* to)
    {
        var (s0, s1) = (Lane(a, w), Lane(a, w + _inputs));
        var (s2, s3) = (Lane(a, w + (2 * (nint)_inputs)), Lane(a, w + (3 * (nint)_inputs)));
        AddRest(Sums(s0, s1, s2, s3), a, w, _inputs / Lanes.Width * Lanes.Width, to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<float> Lane(float* a, float* w)
    {
        var sum = Vector512<float>.Zero;
        for (var i = 0; i + Lanes.Width <= _inputs; i += Lanes.Width)
        {
            if (Sse.IsSupported) Sse.Prefetch0((byte*)(w + i) + RowMatmul.Ahead);
            sum = Vector512.FusedMultiplyAdd(Vector512.Load(w + i), Vector512.Load(a + i), sum);
        }

        return sum;
    }

    /// <summary>Four outputs of four rows: sixteen sums in registers, so that every vector that is loaded is used four times.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Four(float* a, float* w0, float* to)
    {
        float* a1 = a + _inputs, a2 = a1 + _inputs, a3 = a2 + _inputs;
        float* w1 = w0 + _inputs, w2 = w1 + _inputs, w3 = w2 + _inputs;
        Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default, s13 = default;
        Vector512<float> s20 = default, s21 = default, s22 = default, s23 = default, s30 = default, s31 = default, s32 = default, s33 = default;
        var i = 0;
        for (; i + Lanes.Width <= _inputs; i += Lanes.Width)
        {
            var (x0, x1, x2, x3) = (Vector512.Load(w0 + i), Vector512.Load(w1 + i), Vector512.Load(w2 + i), Vector512.Load(w3 + i));
            var v = Vector512.Load(a + i);
            (s00, s01) = (Vector512.FusedMultiplyAdd(x0, v, s00), Vector512.FusedMultiplyAdd(x1, v, s01));
            (s02, s03) = (Vector512.FusedMultiplyAdd(x2, v, s02), Vector512.FusedMultiplyAdd(x3, v, s03));
            v = Vector512.Load(a1 + i);
            (s10, s11) = (Vector512.FusedMultiplyAdd(x0, v, s10), Vector512.FusedMultiplyAdd(x1, v, s11));
            (s12, s13) = (Vector512.FusedMultiplyAdd(x2, v, s12), Vector512.FusedMultiplyAdd(x3, v, s13));
            v = Vector512.Load(a2 + i);
            (s20, s21) = (Vector512.FusedMultiplyAdd(x0, v, s20), Vector512.FusedMultiplyAdd(x1, v, s21));
            (s22, s23) = (Vector512.FusedMultiplyAdd(x2, v, s22), Vector512.FusedMultiplyAdd(x3, v, s23));
            v = Vector512.Load(a3 + i);
            (s30, s31) = (Vector512.FusedMultiplyAdd(x0, v, s30), Vector512.FusedMultiplyAdd(x1, v, s31));
            (s32, s33) = (Vector512.FusedMultiplyAdd(x2, v, s32), Vector512.FusedMultiplyAdd(x3, v, s33));
        }

        AddRest(Sums(s00, s01, s02, s03), a, w0, i, to);
        AddRest(Sums(s10, s11, s12, s13), a1, w0, i, to + _outputs);
        AddRest(Sums(s20, s21, s22, s23), a2, w0, i, to + (2 * _outputs));
        AddRest(Sums(s30, s31, s32, s33), a3, w0, i, to + (3 * _outputs));
    }

    /// <summary>The inputs that fill no vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddRest(Vector128<float> sums, float* a, float* w, int i, float* to)
    {
        for (; i < _inputs; i++) sums += Vector128.Create(w[i], w[_inputs + i], w[(2 * _inputs) + i], w[(3 * _inputs) + i]) * a[i];
        sums.Store(to);
    }

    /// <summary>The lanes of each of four vectors together: interleaved first, so that one addition serves all four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sums(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        if (!Avx512F.IsSupported) return Vector128.Create(Vector512.Sum(a), Vector512.Sum(b), Vector512.Sum(c), Vector512.Sum(d));
        var ab = (Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b)).AsDouble(); // a b a b in each 128 bits
        var cd = (Avx512F.UnpackLow(c, d) + Avx512F.UnpackHigh(c, d)).AsDouble();
        var all = Avx512F.UnpackLow(ab, cd).AsSingle() + Avx512F.UnpackHigh(ab, cd).AsSingle(); // a b c d
        var half = all.GetLower() + all.GetUpper();
        return half.GetLower() + half.GetUpper();
    }
}
