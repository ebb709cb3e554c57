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
        var lanes = Vector512<float>.Zero;
        var i = 0;
        for (; i + Pair <= inputs; i += Pair)
        {
            var words = Vector512.Load((uint*)(w + i));
            lanes = Vector512.FusedMultiplyAdd(Even(words), Vector512.Load(a + i), lanes);
            lanes = Vector512.FusedMultiplyAdd(Odd(words), Vector512.Load(a + i + Lanes.Width), lanes);
        }

        for (; i + Lanes.Width <= inputs; i += Lanes.Width) lanes = Vector512.FusedMultiplyAdd(Lanes.Load(w + i, Lanes.Width), Vector512.Load(a + i), lanes);
        var sum = Vector512.Sum(lanes);
        for (; i < inputs; i++) sum += a[i] * Lanes.Scalar(w + i);
        return sum;
    }

    /// <summary>Four outputs of a row, the same to the last bit as of the widened weight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four(float* a, ushort* w0, float* to, int inputs)
    {
        ushort* w1 = w0 + inputs, w2 = w1 + inputs, w3 = w2 + inputs;
        var next = (nint)RowMatmul.Together * inputs;
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        var i = 0;
        for (; i + Pair <= inputs; i += Pair)
        {
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(w0 + i + next);
                Sse.Prefetch0(w1 + i + next);
                Sse.Prefetch0(w2 + i + next);
                Sse.Prefetch0(w3 + i + next);
            }

            var (x0, x1, x2, x3) = (Vector512.Load((uint*)(w0 + i)), Vector512.Load((uint*)(w1 + i)), Vector512.Load((uint*)(w2 + i)), Vector512.Load((uint*)(w3 + i)));
            var v = Vector512.Load(a + i);
            (s0, s1) = (Vector512.FusedMultiplyAdd(Even(x0), v, s0), Vector512.FusedMultiplyAdd(Even(x1), v, s1));
            (s2, s3) = (Vector512.FusedMultiplyAdd(Even(x2), v, s2), Vector512.FusedMultiplyAdd(Even(x3), v, s3));
            v = Vector512.Load(a + i + Lanes.Width);
            (s0, s1) = (Vector512.FusedMultiplyAdd(Odd(x0), v, s0), Vector512.FusedMultiplyAdd(Odd(x1), v, s1));
            (s2, s3) = (Vector512.FusedMultiplyAdd(Odd(x2), v, s2), Vector512.FusedMultiplyAdd(Odd(x3), v, s3));
        }

        for (; i + Lanes.Width <= inputs; i += Lanes.Width)
        {
            var v = Vector512.Load(a + i);
            s0 = Vector512.FusedMultiplyAdd(Lanes.Load(w0 + i, Lanes.Width), v, s0);
            s1 = Vector512.FusedMultiplyAdd(Lanes.Load(w1 + i, Lanes.Width), v, s1);
            s2 = Vector512.FusedMultiplyAdd(Lanes.Load(w2 + i, Lanes.Width), v, s2);
            s3 = Vector512.FusedMultiplyAdd(Lanes.Load(w3 + i, Lanes.Width), v, s3);
        }

        var sums = RowMatmulJob.Sums(s0, s1, s2, s3);
        for (; i < inputs; i++) sums += Vector128.Create(Lanes.Scalar(w0 + i), Lanes.Scalar(w1 + i), Lanes.Scalar(w2 + i), Lanes.Scalar(w3 + i)) * a[i];
        sums.Store(to);
    }
}
