using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TrlSharp.Native;

/// <summary>
/// C += A·B for small matrices in float32 that lie in the cache: six rows and up to 64 columns of C stay in registers while the inner dimension goes by. Every element is one
/// running sum over the inner dimension in its order. m rows, k inner, n columns.
/// </summary>
internal static unsafe class TileProduct
{
    /// <summary>Rows that are computed together; A and C have room for a multiple of it.</summary>
    public const int Rows = 6;

    private const int Wide = 4 * Lanes.Width;

    /// <param name="a">Element (i, p) of A is at i·aRow + p·aInner, so A may be read as it lies or transposed.</param>
    /// <param name="aRow">Elements between rows of A.</param>
    /// <param name="aInner">Elements between columns of A.</param>
    /// <param name="b">[k, n], rows bRow elements apart.</param>
    /// <param name="bRow">Elements between rows of B.</param>
    /// <param name="c">[m, n], rows cRow elements apart.</param>
    /// <param name="cRow">Elements between rows of C.</param>
    /// <param name="rows">m, a multiple of <see cref="Rows"/>.</param>
    /// <param name="inner">k.</param>
    /// <param name="columns">n, a multiple of 16.</param>
    /// <param name="adds">Whether C is added to; else it is written.</param>
    public static void Multiply(float* a, nint aRow, nint aInner, float* b, nint bRow, float* c, nint cRow, int rows, int inner, int columns, bool adds)
    {
        for (var i = 0; i < rows; i += Rows)
        {
            var j = 0;
            for (; j + Wide <= columns; j += Wide) Tile4(a + (i * aRow), aRow, aInner, b + j, bRow, c + (i * cRow) + j, cRow, inner, adds);
            if (j + (2 * Lanes.Width) <= columns)
            {
                Tile2(a + (i * aRow), aRow, aInner, b + j, bRow, c + (i * cRow) + j, cRow, inner, adds);
                j += 2 * Lanes.Width;
            }

            if (j < columns) Tile1(a + (i * aRow), aRow, aInner, b + j, bRow, c + (i * cRow) + j, cRow, inner, adds);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4(float* a, nint aRow, nint aInner, float* b, nint bRow, float* c, nint cRow, int inner, bool adds)
    {
        float* a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow, a4 = a3 + aRow, a5 = a4 + aRow;
        Vector512<float> c00 = default, c01 = default, c02 = default, c03 = default, c10 = default, c11 = default, c12 = default, c13 = default;
        Vector512<float> c20 = default, c21 = default, c22 = default, c23 = default, c30 = default, c31 = default, c32 = default, c33 = default;
        Vector512<float> c40 = default, c41 = default, c42 = default, c43 = default, c50 = default, c51 = default, c52 = default, c53 = default;
        nint at = 0;
        for (var p = 0; p < inner; p++)
        {
            var (b0, b1, b2, b3) = (Vector512.Load(b), Vector512.Load(b + 16), Vector512.Load(b + 32), Vector512.Load(b + 48));
            var x = Vector512.Create(a[at]);
            (c00, c01, c02, c03) = (Fma(x, b0, c00), Fma(x, b1, c01), Fma(x, b2, c02), Fma(x, b3, c03));
            x = Vector512.Create(a1[at]);
            (c10, c11, c12, c13) = (Fma(x, b0, c10), Fma(x, b1, c11), Fma(x, b2, c12), Fma(x, b3, c13));
            x = Vector512.Create(a2[at]);
            (c20, c21, c22, c23) = (Fma(x, b0, c20), Fma(x, b1, c21), Fma(x, b2, c22), Fma(x, b3, c23));
            x = Vector512.Create(a3[at]);
            (c30, c31, c32, c33) = (Fma(x, b0, c30), Fma(x, b1, c31), Fma(x, b2, c32), Fma(x, b3, c33));
            x = Vector512.Create(a4[at]);
            (c40, c41, c42, c43) = (Fma(x, b0, c40), Fma(x, b1, c41), Fma(x, b2, c42), Fma(x, b3, c43));
            x = Vector512.Create(a5[at]);
            (c50, c51, c52, c53) = (Fma(x, b0, c50), Fma(x, b1, c51), Fma(x, b2, c52), Fma(x, b3, c53));
            b += bRow;
            at += aInner;
        }

        Put4(c, c00, c01, c02, c03, adds);
        Put4(c + cRow, c10, c11, c12, c13, adds);
        Put4(c + (2 * cRow), c20, c21, c22, c23, adds);
        Put4(c + (3 * cRow), c30, c31, c32, c33, adds);
        Put4(c + (4 * cRow), c40, c41, c42, c43, adds);
        Put4(c + (5 * cRow), c50, c51, c52, c53, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2(float* a, nint aRow, nint aInner, float* b, nint bRow, float* c, nint cRow, int inner, bool adds)
    {
        float* a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow, a4 = a3 + aRow, a5 = a4 + aRow;
        Vector512<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        Vector512<float> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        nint at = 0;
        for (var p = 0; p < inner; p++)
        {
            var (b0, b1) = (Vector512.Load(b), Vector512.Load(b + 16));
            var (x, y) = (Vector512.Create(a[at]), Vector512.Create(a1[at]));
            (c00, c01, c10, c11) = (Fma(x, b0, c00), Fma(x, b1, c01), Fma(y, b0, c10), Fma(y, b1, c11));
            (x, y) = (Vector512.Create(a2[at]), Vector512.Create(a3[at]));
            (c20, c21, c30, c31) = (Fma(x, b0, c20), Fma(x, b1, c21), Fma(y, b0, c30), Fma(y, b1, c31));
            (x, y) = (Vector512.Create(a4[at]), Vector512.Create(a5[at]));
            (c40, c41, c50, c51) = (Fma(x, b0, c40), Fma(x, b1, c41), Fma(y, b0, c50), Fma(y, b1, c51));
            b += bRow;
            at += aInner;
        }

        Put2(c, c00, c01, adds);
        Put2(c + cRow, c10, c11, adds);
        Put2(c + (2 * cRow), c20, c21, adds);
        Put2(c + (3 * cRow), c30, c31, adds);
        Put2(c + (4 * cRow), c40, c41, adds);
        Put2(c + (5 * cRow), c50, c51, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1(float* a, nint aRow, nint aInner, float* b, nint bRow, float* c, nint cRow, int inner, bool adds)
    {
        float* a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow, a4 = a3 + aRow, a5 = a4 + aRow;
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
        nint at = 0;
        for (var p = 0; p < inner; p++)
        {
            var b0 = Vector512.Load(b);
            (c0, c1, c2) = (Fma(Vector512.Create(a[at]), b0, c0), Fma(Vector512.Create(a1[at]), b0, c1), Fma(Vector512.Create(a2[at]), b0, c2));
            (c3, c4, c5) = (Fma(Vector512.Create(a3[at]), b0, c3), Fma(Vector512.Create(a4[at]), b0, c4), Fma(Vector512.Create(a5[at]), b0, c5));
            b += bRow;
            at += aInner;
        }

        Put(c, c0, adds);
        Put(c + cRow, c1, adds);
        Put(c + (2 * cRow), c2, adds);
        Put(c + (3 * cRow), c3, adds);
        Put(c + (4 * cRow), c4, adds);
        Put(c + (5 * cRow), c5, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Fma(Vector512<float> x, Vector512<float> y, Vector512<float> sum) => Vector512.FusedMultiplyAdd(x, y, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* c, Vector512<float> value, bool adds) => (adds ? value + Vector512.Load(c) : value).Store(c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put2(float* c, Vector512<float> first, Vector512<float> second, bool adds)
    {
        Put(c, first, adds);
        Put(c + 16, second, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put4(float* c, Vector512<float> first, Vector512<float> second, Vector512<float> third, Vector512<float> fourth, bool adds)
    {
        Put2(c, first, second, adds);
        Put2(c + 32, third, fourth, adds);
    }
}
