using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace TrlSharp.Native;

/// <summary>
/// Sixteen numbers at a time, from and to the memory of tensors: <c>float</c> for float32, <c>ushort</c> for bfloat16. Everything is computed in float32 and rounded to
/// nearest, ties to even, when it is stored.
/// </summary>
internal static unsafe class Lanes
{
    public const int Width = 16;

    /// <summary>Whether kernels over lanes can read the tensor: on the processor, in float32 or bfloat16.</summary>
    public static bool Handles(Tensor x) => x.dtype is ScalarType.Float32 or ScalarType.BFloat16 && x.device_type == TorchSharp.DeviceType.CPU;

    /// <summary>The next numbers; where fewer than sixteen are left, zeros follow them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load<T>(T* from, long left)
        where T : unmanaged
    {
        if (left < Width) return LoadPart(from, (int)left);
        return typeof(T) == typeof(float) ? Vector512.Load((float*)from) : Widen(Vector256.Load((ushort*)from));
    }

    /// <summary>Stores the numbers that are left, at most sixteen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector512<float> values, T* to, long left)
        where T : unmanaged
    {
        if (left < Width) StorePart(values, to, (int)left);
        else if (typeof(T) == typeof(float)) values.Store((float*)to);
        else Shorten(values).Store((ushort*)to);
    }

    /// <summary>As stored and loaded again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Round<T>(Vector512<float> values)
        where T : unmanaged => typeof(T) == typeof(float) ? values : Widen(Shorten(values));

    /// <summary>to[i] += from[i] for i from <paramref name="first"/> to before <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add<T>(T* from, float* to, long first, long end)
        where T : unmanaged
    {
        for (var i = first; i < end; i += Width) Store(Load(to + i, end - i) + Load(from + i, end - i), to + i, end - i);
    }

    /// <summary>to[i] = from[i] for i from <paramref name="first"/> to before <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy<TFrom, TTo>(TFrom* from, TTo* to, long first, long end)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        for (var i = first; i < end; i += Width) Store(Load(from + i, end - i), to + i, end - i);
    }

    /// <summary>
    /// e^x to 2 units in the last place, after Cephes' expf: x = n·ln 2 + r, a polynomial for e^r, n into the exponent. Results too small for a normal number are 0: numbers
    /// below that slow down every product that they enter.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x)
    {
        const float Smallest = -87.33654f;
        const float Largest = 88.37f;
        const float Rounding = 12582912f; // 1.5·2²³: adding it leaves an integer in the low bits
        var bounded = Vector512.MinNative(Vector512.Create(Largest), Vector512.MaxNative(Vector512.Create(Smallest), x)); // in this order NaN stays
        var shifted = Vector512.FusedMultiplyAdd(bounded, Vector512.Create(1.44269504f), Vector512.Create(Rounding));
        var n = shifted - Vector512.Create(Rounding);
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693359375f), bounded);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(2.12194440e-4f), r);
        var p = Vector512.FusedMultiplyAdd(Vector512.Create(1.9875691500e-4f), r, Vector512.Create(1.3981999507e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(8.3334519073e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(4.1665795894e-2f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.6666665459e-1f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(5.0000001201e-1f));
        p = Vector512.FusedMultiplyAdd(p, r * r, r + Vector512<float>.One);
        var power = (shifted.AsInt32() - Vector512.Create(Rounding).AsInt32() + Vector512.Create(127)) << 23;
        return Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(Smallest)), Vector512<float>.Zero, p * power.AsSingle());
    }

    public static float Scalar<T>(T* from)
        where T : unmanaged => typeof(T) == typeof(float) ? *(float*)from : BitConverter.UInt32BitsToSingle((uint)*(ushort*)from << 16);

    public static void SetScalar<T>(float value, T* to)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) *(float*)to = value;
        else *(ushort*)to = Shorten(Vector512.Create(value)).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Widen(Vector256<ushort> values)
    {
        if (Avx512F.IsSupported) return (Avx512F.ConvertToVector512UInt32(values) << 16).AsSingle();
        var (lower, upper) = Vector256.Widen(values);
        return (Vector512.Create(lower, upper) << 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Shorten(Vector512<float> values)
    {
        var bits = values.AsUInt32();
        var rounded = bits + Vector512.Create(0x7fffu) + ((bits >> 16) & Vector512<uint>.One);
        var result = Vector512.ConditionalSelect(Vector512.Equals(values, values).AsUInt32(), rounded, Vector512.Create(0x7fc00000u)) >> 16;
        return Avx512F.IsSupported ? Avx512F.ConvertToVector256UInt16(result) : Vector256.Narrow(result.GetLower(), result.GetUpper());
    }

    /// <summary>All bits set in the first lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> First(long count) => Vector512.LessThan(Vector512<float>.Indices, Vector512.Create((float)count));

    // A call within a loop makes the compiler keep every sum of the loop in memory: masks, where the processor has them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> LoadPart<T>(T* from, int left)
        where T : unmanaged
    {
        if (!Avx512BW.VL.IsSupported) return LoadCells(from, left);
        return typeof(T) == typeof(float)
            ? Avx512F.MaskLoad((float*)from, First(left), Vector512<float>.Zero)
            : Widen(Avx512BW.VL.MaskLoad((ushort*)from, FirstShort(left), Vector256<ushort>.Zero));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePart<T>(Vector512<float> values, T* to, int left)
        where T : unmanaged
    {
        if (!Avx512BW.VL.IsSupported) StoreCells(values, to, left);
        else if (typeof(T) == typeof(float)) Avx512F.MaskStore((float*)to, First(left), values);
        else Avx512BW.VL.MaskStore((ushort*)to, FirstShort(left), Shorten(values));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> FirstShort(int count) => Vector256.LessThan(Vector256<ushort>.Indices, Vector256.Create((ushort)count));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector512<float> LoadCells<T>(T* from, int left)
        where T : unmanaged
    {
        var cells = stackalloc float[Width];
        for (var i = 0; i < left; i++) cells[i] = Scalar(from + i);
        return Vector512.Load(cells);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreCells<T>(Vector512<float> values, T* to, int left)
        where T : unmanaged
    {
        for (var i = 0; i < left; i++) SetScalar(values[i], to + i);
    }
}
