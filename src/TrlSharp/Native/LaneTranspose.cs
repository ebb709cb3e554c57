using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TrlSharp.Native;

/// <summary>Rows of float32 or bfloat16 to columns of float32, sixteen by sixteen in registers where the processor has AVX-512.</summary>
internal static unsafe class LaneTranspose
{
    private const int Width = Lanes.Width;

    /// <summary>to[c · toRow + i] = from[i · fromRow + c] for all i below <paramref name="rows"/> and c below <paramref name="columns"/>.</summary>
    /// <param name="from">float or bfloat16.</param>
    /// <param name="fromRow">Elements between rows.</param>
    /// <param name="to">Room for columns · toRow numbers.</param>
    /// <param name="toRow">Elements between what were columns.</param>
    /// <param name="rows">How many.</param>
    /// <param name="columns">How many.</param>
    public static void Run<T>(T* from, nint fromRow, float* to, nint toRow, int rows, int columns)
        where T : unmanaged
    {
        var (wholeRows, wholeColumns) = Avx512F.IsSupported ? (rows / Width * Width, columns / Width * Width) : (0, 0);
        for (var i = 0; i < wholeRows; i += Width)
            for (var c = 0; c < wholeColumns; c += Width) Square(from + (i * fromRow) + c, fromRow, to + (c * toRow) + i, toRow);
        for (var i = 0; i < rows; i++)
            for (var c = i < wholeRows ? wholeColumns : 0; c < columns; c++) to[(c * toRow) + i] = Lanes.Scalar(from + (i * fromRow) + c);
    }

    /// <summary>Pairs of rows are interleaved, then pairs of pairs; then every 128 bits hold four rows of one column, and are brought to where they belong.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Square<T>(T* from, nint row, float* to, nint toRow)
        where T : unmanaged
    {
        var (a0, a1, a2, a3) = Four(from, row);
        var (b0, b1, b2, b3) = Four(from + (4 * row), row);
        var (c0, c1, c2, c3) = Four(from + (8 * row), row);
        var (d0, d1, d2, d3) = Four(from + (12 * row), row);
        Put(a0, b0, c0, d0, to, toRow);
        Put(a1, b1, c1, d1, to + toRow, toRow);
        Put(a2, b2, c2, d2, to + (2 * toRow), toRow);
        Put(a3, b3, c3, d3, to + (3 * toRow), toRow);
    }

    /// <summary>Of four rows: in result k, 128 bits number L are column 4·L + k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float>, Vector512<float>, Vector512<float>, Vector512<float>) Four<T>(T* from, nint row)
        where T : unmanaged
    {
        var (r0, r1) = (Lanes.Load(from, Width), Lanes.Load(from + row, Width));
        var (r2, r3) = (Lanes.Load(from + (2 * row), Width), Lanes.Load(from + (3 * row), Width));
        var (low, high) = (Avx512F.UnpackLow(r0, r1).AsDouble(), Avx512F.UnpackHigh(r0, r1).AsDouble());
        var (nextLow, nextHigh) = (Avx512F.UnpackLow(r2, r3).AsDouble(), Avx512F.UnpackHigh(r2, r3).AsDouble());
        return (Avx512F.UnpackLow(low, nextLow).AsSingle(), Avx512F.UnpackHigh(low, nextLow).AsSingle(),
            Avx512F.UnpackLow(high, nextHigh).AsSingle(), Avx512F.UnpackHigh(high, nextHigh).AsSingle());
    }

    /// <summary>Columns 0, 4, 8 and 12 after the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* to, nint toRow)
    {
        const byte Even = 0x88; // parts 0 and 2 of the first, then of the second
        const byte Odd = 0xdd; // parts 1 and 3
        var (evenFirst, oddFirst) = (Avx512F.Shuffle4x128(a, b, Even), Avx512F.Shuffle4x128(a, b, Odd));
        var (evenLast, oddLast) = (Avx512F.Shuffle4x128(c, d, Even), Avx512F.Shuffle4x128(c, d, Odd));
        Avx512F.Shuffle4x128(evenFirst, evenLast, Even).Store(to);
        Avx512F.Shuffle4x128(oddFirst, oddLast, Even).Store(to + (4 * toRow));
        Avx512F.Shuffle4x128(evenFirst, evenLast, Odd).Store(to + (8 * toRow));
        Avx512F.Shuffle4x128(oddFirst, oddLast, Odd).Store(to + (12 * toRow));
    }
}
