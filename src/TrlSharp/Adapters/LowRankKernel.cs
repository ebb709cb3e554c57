using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Adapters;

/// <summary>
/// The thin products of an adapter on rows of float32 or bfloat16, in one pass over them: a library of matrix products wants them widened in a copy, and packs more than it multiplies. Sums in
/// float32, over columns and over rows in their order: the same however many threads there are. T rows, C columns, R rank.
/// </summary>
internal static unsafe class LowRankKernel
{
    /// <summary>Ranks whose sums over rows are kept in registers together.</summary>
    private const int Group = 8;

    /// <summary>Rows that share what is read of a factor.</summary>
    private const int Rows = 4;

    /// <summary>s·x·Fᵀ: [T, C], float32 [R, C] → float32 [T, R]</summary>
    public static Tensor Reduce(Tensor x, Tensor factor, double scale)
    {
        var (rows, columns, rank) = (x.size(0), x.size(1), factor.size(0));
        var result = empty([rows, rank], dtype: ScalarType.Float32); // [T, R]
        var (from, with, to, isWide) = (Ops.DataPointer(x), Ops.DataPointer(factor), Ops.DataPointer(result), x.dtype == ScalarType.Float32);
        RowLoop.Run(rows, columns * rank, (first, end) =>
        {
            for (var t = first; t < end; t++)
            {
                if (isWide) Reduce((float*)from + (t * columns), (float*)with, columns, rank, (float)scale, (float*)to + (t * rank));
                else Reduce((ushort*)from + (t * columns), (float*)with, columns, rank, (float)scale, (float*)to + (t * rank));
            }
        });
        GC.KeepAlive((x, factor));
        return result;
    }

    /// <summary>y + l·F, each term rounded to the type first: float32 [T, R], [R, C] → [T, C]</summary>
    /// <param name="low">l</param>
    /// <param name="factor">F</param>
    /// <param name="y">[T, C] of the type; null for none.</param>
    /// <param name="type">float32 or bfloat16.</param>
    public static Tensor Expand(Tensor low, Tensor factor, Tensor? y, ScalarType type)
    {
        var (rows, columns, rank) = (low.size(0), factor.size(1), factor.size(0));
        var result = empty([rows, columns], dtype: type); // [T, C]
        var (from, with, to, isWide) = (Ops.DataPointer(low), Ops.DataPointer(factor), Ops.DataPointer(result), type == ScalarType.Float32);
        var plus = y is null ? 0 : Ops.DataPointer(y);
        RowLoop.Run((rows + Rows - 1) / Rows, Rows * columns * rank, (first, end) =>
        {
            for (var t = first * Rows; t < Math.Min(rows, end * Rows); t += Rows)
            {
                if (isWide) Expand((float*)from + (t * rank), (float*)with, columns, rank, (float*)plus, (float*)to, t, rows);
                else Expand((float*)from + (t * rank), (float*)with, columns, rank, (ushort*)plus, (ushort*)to, t, rows);
            }
        });
        GC.KeepAlive((low, factor, y));
        return result;
    }

    /// <summary>lᵀ·x: float32 [T, R], [T, C] → float32 [R, C]</summary>
    public static Tensor Gather(Tensor low, Tensor x)
    {
        var (rows, columns, rank) = (x.size(0), x.size(1), low.size(1));
        var result = empty([rank, columns], dtype: ScalarType.Float32); // [R, C]
        var (with, from, to, isWide) = (Ops.DataPointer(low), Ops.DataPointer(x), Ops.DataPointer(result), x.dtype == ScalarType.Float32);
        RowLoop.Run((columns + Lanes.Width - 1) / Lanes.Width, Lanes.Width * rows * rank, (first, end) =>
        {
            for (var c = first * Lanes.Width; c < Math.Min(columns, end * Lanes.Width); c += Lanes.Width)
            {
                for (long r = 0; r < rank; r += Group)
                {
                    if (isWide) Gather((float*)with + r, (float*)from + c, rows, columns, rank, rank - r, (float*)to + (r * columns) + c, columns - c);
                    else Gather((float*)with + r, (ushort*)from + c, rows, columns, rank, rank - r, (float*)to + (r * columns) + c, columns - c);
                }
            }
        });
        GC.KeepAlive((low, x));
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Reduce<T>(T* x, float* factor, long columns, long rank, float scale, float* low)
        where T : unmanaged
    {
        long r = 0;
        for (; r + 4 <= rank; r += 4) // four sums share what is read of x
        {
            var f = factor + (r * columns);
            var (a, b, c, d) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
            for (long i = 0; i < columns; i += Lanes.Width)
            {
                var (value, left) = (Lanes.Load(x + i, columns - i), columns - i);
                a = Vector512.FusedMultiplyAdd(value, Lanes.Load(f + i, left), a);
                b = Vector512.FusedMultiplyAdd(value, Lanes.Load(f + columns + i, left), b);
                c = Vector512.FusedMultiplyAdd(value, Lanes.Load(f + (2 * columns) + i, left), c);
                d = Vector512.FusedMultiplyAdd(value, Lanes.Load(f + (3 * columns) + i, left), d);
            }

            (low[r], low[r + 1], low[r + 2], low[r + 3]) = (Vector512.Sum(a) * scale, Vector512.Sum(b) * scale, Vector512.Sum(c) * scale, Vector512.Sum(d) * scale);
        }

        for (; r < rank; r++)
        {
            var sum = Vector512<float>.Zero;
            for (long i = 0; i < columns; i += Lanes.Width) sum = Vector512.FusedMultiplyAdd(Lanes.Load(x + i, columns - i), Lanes.Load(factor + (r * columns) + i, columns - i), sum);
            low[r] = Vector512.Sum(sum) * scale;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Expand<T>(float* low, float* factor, long columns, long rank, T* y, T* result, long row, long rows)
        where T : unmanaged
    {
        // Rows behind the last one are computed as the last one again, and not stored.
        var last = Math.Min(Rows, rows - row) - 1;
        float* second = low + (Math.Min(1, last) * rank), third = low + (Math.Min(2, last) * rank), fourth = low + (Math.Min(3, last) * rank);
        for (long i = 0; i < columns; i += Lanes.Width)
        {
            var left = columns - i;
            var (a, b, c, d) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
            for (long r = 0; r < rank; r++)
            {
                var value = Lanes.Load(factor + (r * columns) + i, left);
                a = Vector512.FusedMultiplyAdd(value, Vector512.Create(low[r]), a);
                b = Vector512.FusedMultiplyAdd(value, Vector512.Create(second[r]), b);
                c = Vector512.FusedMultiplyAdd(value, Vector512.Create(third[r]), c);
                d = Vector512.FusedMultiplyAdd(value, Vector512.Create(fourth[r]), d);
            }

            Put(a, y, result, (row * columns) + i, left);
            if (last > 0) Put(b, y, result, ((row + 1) * columns) + i, left);
            if (last > 1) Put(c, y, result, ((row + 2) * columns) + i, left);
            if (last > 2) Put(d, y, result, ((row + 3) * columns) + i, left);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<T>(Vector512<float> values, T* y, T* result, long at, long left)
        where T : unmanaged => Lanes.Store(y is null ? values : Lanes.Load(y + at, left) + Lanes.Round<T>(values), result + at, left);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather<T>(float* low, T* x, long rows, long columns, long rank, long ranks, float* result, long left)
        where T : unmanaged
    {
        // Ranks behind the last one are computed as the first one again, and not stored.
        long At(int r) => r < ranks ? r : 0;
        var (second, third, fourth, fifth, sixth, seventh, eighth) = (At(1), At(2), At(3), At(4), At(5), At(6), At(7));
        var (a, b, c, d) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (e, f, g, h) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        for (long t = 0; t < rows; t++, low += rank, x += columns)
        {
            var value = Lanes.Load(x, left);
            a = Vector512.FusedMultiplyAdd(value, Vector512.Create(low[0]), a);
            b = Vector512.FusedMultiplyAdd(value, Vector512.Create(low[second]), b);
            c = Vector512.FusedMultiplyAdd(value, Vector512.Create(low[third]), c);
            d = Vector512.FusedMultiplyAdd(value, Vector512.Create(low[fourth]), d);
            e = Vector512.FusedMultiplyAdd(value, Vector512.Create(low[fifth]), e);
            f = Vector512.FusedMultiplyAdd(value, Vector512.Create(low[sixth]), f);
            g = Vector512.FusedMultiplyAdd(value, Vector512.Create(low[seventh]), g);
            h = Vector512.FusedMultiplyAdd(value, Vector512.Create(low[eighth]), h);
        }

        Lanes.Store(a, result, left);
        if (ranks > 1) Lanes.Store(b, result + columns, left);
        if (ranks > 2) Lanes.Store(c, result + (2 * columns), left);
        if (ranks > 3) Lanes.Store(d, result + (3 * columns), left);
        if (ranks > 4) Lanes.Store(e, result + (4 * columns), left);
        if (ranks > 5) Lanes.Store(f, result + (5 * columns), left);
        if (ranks > 6) Lanes.Store(g, result + (6 * columns), left);
        if (ranks > 7) Lanes.Store(h, result + (7 * columns), left);
    }
}
