using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TrlSharp.Native;

/// <summary>Inner products with bfloat16 weights as they lie in memory, in pairs. I inputs.</summary>
internal static unsafe class HalfProducts
{
    /// <summary>Numbers that are read at once: 64 bytes.</summary>
    private const int Pair = 2 * Lanes.Width;

    /// <summary>Rows of I numbers as float32. Of every 32 the sixteen of even number come first: that is how they come out of memory in pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(ushort* from, float* to, int count, int inputs)
    {
        const int Ahead = 2048;
        for (var row = 0; row < count; row++, from += inputs, to += inputs)
        {
            var i = 0;
            for (; i + Pair <= inputs; i += Pair)
            {
                if (Sse.IsSupported) Sse.Prefetch0(from + i + Ahead);
                var words = Vector512.Load((uint*)(from + i));
                Even(words).Store(to + i);
                Odd(words).Store(to + i + Lanes.Width);
            }

            for (; i < inputs; i++) to[i] = Lanes.Scalar(from + i);
        }
    }

    /// <summary>The lower of the two bfloat16 in each word.</summary>
    public static Vector512<float> Even(Vector512<uint> words) => Vector512.ShiftLeft(words, 16).AsSingle();

    /// <summary>The upper one.</summary>
    public static Vector512<float> Odd(Vector512<uint> words) => (words & Vector512.Create(0xFFFF0000)).AsSingle();

    public static float Dot(float* a, ushort* w, int inputs)
    {
        var sum = Vector512.Sum(Lane(a, w, inputs));
        for (var i = inputs / Lanes.Width * Lanes.Width; i < inputs; i++) sum += a[i] * Lanes.Scalar(w + i);
        return sum;
    }

    /// <summary>Four outputs of a row, the same to the last bit as of the widened weight. One after the other, as <see cref="RowMatmulJob"/> reads float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four(float* a, ushort* w0, float* to, int inputs)
    {
        ushort* w1 = w0 + inputs, w2 = w1 + inputs, w3 = w2 + inputs;
        var (s0, s1) = (Lane(a, w0, inputs), Lane(a, w1, inputs));
        var (s2, s3) = (Lane(a, w2, inputs), Lane(a, w3, inputs));
        var sums = RowMatmulJob.Sums(s0, s1, s2, s3);
        for (var i = inputs / Lanes.Width * Lanes.Width; i < inputs; i++)
            sums += Vector128.Create(Lanes.Scalar(w0 + i), Lanes.Scalar(w1 + i), Lanes.Scalar(w2 + i), Lanes.Scalar(w3 + i)) * a[i];
        sums.Store(to);
    }

    /// <summary>The products of all inputs that fill a vector, added up lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Lane(float* a, ushort* w, int inputs)
    {
        var sum = Vector512<float>.Zero;
        var i = 0;
        for (; i + Pair <= inputs; i += Pair)
        {
            if (Sse.IsSupported) Sse.Prefetch0((byte*)(w + i) + RowMatmul.Ahead);
            var words = Vector512.Load((uint*)(w + i));
            sum = Vector512.FusedMultiplyAdd(Even(words), Vector512.Load(a + i), sum);
            sum = Vector512.FusedMultiplyAdd(Odd(words), Vector512.Load(a + i + Lanes.Width), sum);
        }

        return i + Lanes.Width <= inputs ? Vector512.FusedMultiplyAdd(Lanes.Load(w + i, Lanes.Width), Vector512.Load(a + i), sum) : sum;
    }
}
