using System.Buffers;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace TrlSharp.Native;

/// <summary>
/// x·Wᵀ + b for few rows, as decoding has them: limited by the speed at which the weight is read, where libtorch's product of one to eight rows reaches a fifth of it.
/// Every element is one running sum over the inputs in a fixed order, so a row comes out the same to the last bit whatever rows are beside it and however many
/// threads there are. T rows, I inputs, O outputs.
/// </summary>
internal static unsafe class RowMatmul
{
    /// <summary>More rows are a matter of arithmetic, which libtorch's product is better at.</summary>
    public const int MostRows = 64;

    /// <summary>Multiplications below which a second thread costs more than it brings.</summary>
    private const long WorkPerThread = 1 << 19;

    private const int Lanes = 16;

    /// <summary>
    /// Whether <see cref="Linear"/> can be called: few rows of contiguous float32 or bfloat16 on a CPU with wide vectors, in inference mode. Without a graph alone is not
    /// enough: the first pass of a recomputed layer has none either, and must round as the second.
    /// </summary>
    public static bool Serves(Tensor x, Tensor weight) =>
        Vector256.IsHardwareAccelerated && is_inference_mode_enabled() && x.dim() == 2 && x.size(0) is > 0 and <= MostRows && x.device_type == TorchSharp.DeviceType.CPU
        && x.dtype is ScalarType.Float32 or ScalarType.BFloat16 && x.dtype == weight.dtype && weight.is_contiguous()
        && (x.dtype == ScalarType.Float32 || x.size(1) % 2 == 0);

    /// <summary>[T, I], [O, I], [O] or null → [T, O]</summary>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var (rows, inputs, outputs) = ((int)x.size(0), (int)x.size(1), (int)weight.size(0));
        var isHalf = x.dtype == ScalarType.BFloat16;
        var plain = x.contiguous(); // [T, I]
        var apart = isHalf ? ArrayPool<float>.Shared.Rent(rows * inputs) : [];
        if (isHalf) KeepApart((uint*)Ops.DataPointer(plain), apart, rows, inputs);
        fixed (float* pairs = apart)
        {
            var result = Multiply(isHalf ? pairs : (float*)Ops.DataPointer(plain), weight, rows, inputs, outputs, isHalf); // [T, O]
            GC.KeepAlive(plain);
            if (isHalf) ArrayPool<float>.Shared.Return(apart);
            if (bias is not null) result.add_(bias);
            return (isHalf ? result.to(ScalarType.BFloat16) : result).MoveToOuterDisposeScope(); // [T, O]
        }
    }

    /// <summary>Pairs of bfloat16 are read as one 32-bit word, so their inputs are kept apart: of each row all even ones, then all odd ones.</summary>
    private static void KeepApart(uint* words, float[] target, int rows, int inputs)
    {
        var half = inputs / 2;
        for (var t = 0; t < rows; t++, words += half)
        {
            var row = target.AsSpan(t * inputs, inputs);
            for (var i = 0; i < half; i++) (row[i], row[half + i]) = (BitConverter.UInt32BitsToSingle(words[i] << 16), BitConverter.UInt32BitsToSingle(words[i] & 0xFFFF0000));
        }
    }

    private static Tensor Multiply(float* x, Tensor weight, int rows, int inputs, int outputs, bool isHalf)
    {
        var result = empty([rows, outputs], dtype: ScalarType.Float32); // [T, O]
        var task = new Job(x, (byte*)Ops.DataPointer(weight), (float*)Ops.DataPointer(result), rows, inputs, outputs, isHalf);
        var threads = (int)Math.Min(get_num_threads(), 1 + (long)rows * inputs * outputs / WorkPerThread);
        if (threads <= 1) task.Run(0, outputs);
        else Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, part => task.Run(Border(outputs, part, threads), Border(outputs, part + 1, threads)));
        GC.KeepAlive(weight);
        return result;
    }

    private static int Border(int outputs, int part, int parts) => part == parts ? outputs : (int)((long)outputs * part / parts) / 4 * 4;

    private sealed class Job(float* x, byte* weight, float* result, int rows, int inputs, int outputs, bool isHalf)
    {
        /// <summary>The outputs from first to last: four at a time, and of the rows four at a time.</summary>
        public void Run(int first, int last)
        {
            var bytes = (nint)inputs * (isHalf ? 2 : 4);
            for (var o = first; o < last; o++)
            {
                var w = weight + o * bytes;
                if (o + 4 > last)
                {
                    for (var t = 0; t < rows; t++) result[(long)t * outputs + o] = isHalf ? DotHalf(x + (nint)t * inputs, (ushort*)w) : Dot(x + (nint)t * inputs, (float*)w);
                    continue;
                }

                for (var t = 0; t < rows; t += 4)
                {
                    float* from = x + (nint)t * inputs, to = result + (long)t * outputs + o;
                    if (t + 4 <= rows)
                    {
                        if (isHalf) Block4Half(from, w, bytes, to);
                        else Block4(from, w, bytes, to);
                        continue;
                    }

                    for (; t < rows; t++, from += inputs, to += outputs)
                    {
                        if (isHalf) Block1Half(from, w, bytes, to);
                        else Block1(from, w, bytes, to);
                    }
                }

                o += 3;
            }
        }

        private float Dot(float* a, float* w)
        {
            var sum = Vector512<float>.Zero;
            var i = 0;
            for (; i + Lanes <= inputs; i += Lanes) sum = Vector512.FusedMultiplyAdd(Vector512.Load(w + i), Vector512.Load(a + i), sum);
            return Finish(sum, a, w, i);
        }

        private float DotHalf(float* a, ushort* w)
        {
            var (sum, half) = (Vector512<float>.Zero, inputs / 2);
            var words = (uint*)w;
            var i = 0;
            for (; i + Lanes <= half; i += Lanes)
            {
                var word = Vector512.Load(words + i);
                sum = Vector512.FusedMultiplyAdd(Even(word), Vector512.Load(a + i), sum);
                sum = Vector512.FusedMultiplyAdd(Odd(word), Vector512.Load(a + half + i), sum);
            }

            return FinishHalf(sum, a, words, i);
        }

        private void Block1(float* a, byte* weights, nint bytes, float* to)
        {
            float* w0 = (float*)weights, w1 = (float*)(weights + bytes), w2 = (float*)(weights + 2 * bytes), w3 = (float*)(weights + 3 * bytes);
            Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
            var i = 0;
            for (; i + Lanes <= inputs; i += Lanes)
            {
                var v = Vector512.Load(a + i);
                s0 = Vector512.FusedMultiplyAdd(Vector512.Load(w0 + i), v, s0);
                s1 = Vector512.FusedMultiplyAdd(Vector512.Load(w1 + i), v, s1);
                s2 = Vector512.FusedMultiplyAdd(Vector512.Load(w2 + i), v, s2);
                s3 = Vector512.FusedMultiplyAdd(Vector512.Load(w3 + i), v, s3);
            }

            (to[0], to[1], to[2], to[3]) = (Finish(s0, a, w0, i), Finish(s1, a, w1, i), Finish(s2, a, w2, i), Finish(s3, a, w3, i));
        }

        private void Block1Half(float* a, byte* weights, nint bytes, float* to)
        {
            uint* w0 = (uint*)weights, w1 = (uint*)(weights + bytes), w2 = (uint*)(weights + 2 * bytes), w3 = (uint*)(weights + 3 * bytes);
            Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
            var (i, half) = (0, inputs / 2);
            for (; i + Lanes <= half; i += Lanes)
            {
                var (even, odd) = (Vector512.Load(a + i), Vector512.Load(a + half + i));
                var (x0, x1, x2, x3) = (Vector512.Load(w0 + i), Vector512.Load(w1 + i), Vector512.Load(w2 + i), Vector512.Load(w3 + i));
                s0 = Vector512.FusedMultiplyAdd(Odd(x0), odd, Vector512.FusedMultiplyAdd(Even(x0), even, s0));
                s1 = Vector512.FusedMultiplyAdd(Odd(x1), odd, Vector512.FusedMultiplyAdd(Even(x1), even, s1));
                s2 = Vector512.FusedMultiplyAdd(Odd(x2), odd, Vector512.FusedMultiplyAdd(Even(x2), even, s2));
                s3 = Vector512.FusedMultiplyAdd(Odd(x3), odd, Vector512.FusedMultiplyAdd(Even(x3), even, s3));
            }

            (to[0], to[1], to[2], to[3]) = (FinishHalf(s0, a, w0, i), FinishHalf(s1, a, w1, i), FinishHalf(s2, a, w2, i), FinishHalf(s3, a, w3, i));
        }

        /// <summary>Four outputs of four rows: sixteen sums in registers, so that every vector that is loaded is used four times.</summary>
        private void Block4(float* a, byte* weights, nint bytes, float* to)
        {
            float* a1 = a + inputs, a2 = a1 + inputs, a3 = a2 + inputs;
            for (var j = 0; j < 4; j += 2)
            {
                float* w0 = (float*)(weights + j * bytes), w1 = (float*)(weights + (j + 1) * bytes);
                Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default, s13 = default;
                var i = 0;
                for (; i + Lanes <= inputs; i += Lanes)
                {
                    var (x0, x1) = (Vector512.Load(w0 + i), Vector512.Load(w1 + i));
                    var (v0, v1, v2, v3) = (Vector512.Load(a + i), Vector512.Load(a1 + i), Vector512.Load(a2 + i), Vector512.Load(a3 + i));
                    s00 = Vector512.FusedMultiplyAdd(x0, v0, s00);
                    s01 = Vector512.FusedMultiplyAdd(x0, v1, s01);
                    s02 = Vector512.FusedMultiplyAdd(x0, v2, s02);
                    s03 = Vector512.FusedMultiplyAdd(x0, v3, s03);
                    s10 = Vector512.FusedMultiplyAdd(x1, v0, s10);
                    s11 = Vector512.FusedMultiplyAdd(x1, v1, s11);
                    s12 = Vector512.FusedMultiplyAdd(x1, v2, s12);
                    s13 = Vector512.FusedMultiplyAdd(x1, v3, s13);
                }

                (to[j], to[outputs + j], to[2 * outputs + j], to[3 * outputs + j]) = (Finish(s00, a, w0, i), Finish(s01, a1, w0, i), Finish(s02, a2, w0, i), Finish(s03, a3, w0, i));
                (to[j + 1], to[outputs + j + 1], to[2 * outputs + j + 1], to[3 * outputs + j + 1]) = (Finish(s10, a, w1, i), Finish(s11, a1, w1, i), Finish(s12, a2, w1, i), Finish(s13, a3, w1, i));
            }
        }

        private void Block4Half(float* a, byte* weights, nint bytes, float* to)
        {
            float* a1 = a + inputs, a2 = a1 + inputs, a3 = a2 + inputs;
            var half = inputs / 2;
            for (var j = 0; j < 4; j += 2)
            {
                uint* w0 = (uint*)(weights + j * bytes), w1 = (uint*)(weights + (j + 1) * bytes);
                Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default, s13 = default;
                var i = 0;
                for (; i + Lanes <= half; i += Lanes)
                {
                    var (x0, x1) = (Vector512.Load(w0 + i), Vector512.Load(w1 + i));
                    var (e0, o0, e1, o1) = (Even(x0), Odd(x0), Even(x1), Odd(x1));
                    var (even, odd) = (Vector512.Load(a + i), Vector512.Load(a + half + i));
                    s00 = Vector512.FusedMultiplyAdd(o0, odd, Vector512.FusedMultiplyAdd(e0, even, s00));
                    s10 = Vector512.FusedMultiplyAdd(o1, odd, Vector512.FusedMultiplyAdd(e1, even, s10));
                    (even, odd) = (Vector512.Load(a1 + i), Vector512.Load(a1 + half + i));
                    s01 = Vector512.FusedMultiplyAdd(o0, odd, Vector512.FusedMultiplyAdd(e0, even, s01));
                    s11 = Vector512.FusedMultiplyAdd(o1, odd, Vector512.FusedMultiplyAdd(e1, even, s11));
                    (even, odd) = (Vector512.Load(a2 + i), Vector512.Load(a2 + half + i));
                    s02 = Vector512.FusedMultiplyAdd(o0, odd, Vector512.FusedMultiplyAdd(e0, even, s02));
                    s12 = Vector512.FusedMultiplyAdd(o1, odd, Vector512.FusedMultiplyAdd(e1, even, s12));
                    (even, odd) = (Vector512.Load(a3 + i), Vector512.Load(a3 + half + i));
                    s03 = Vector512.FusedMultiplyAdd(o0, odd, Vector512.FusedMultiplyAdd(e0, even, s03));
                    s13 = Vector512.FusedMultiplyAdd(o1, odd, Vector512.FusedMultiplyAdd(e1, even, s13));
                }

                (to[j], to[outputs + j], to[2 * outputs + j], to[3 * outputs + j]) = (FinishHalf(s00, a, w0, i), FinishHalf(s01, a1, w0, i), FinishHalf(s02, a2, w0, i), FinishHalf(s03, a3, w0, i));
                (to[j + 1], to[outputs + j + 1], to[2 * outputs + j + 1], to[3 * outputs + j + 1]) =
                    (FinishHalf(s10, a, w1, i), FinishHalf(s11, a1, w1, i), FinishHalf(s12, a2, w1, i), FinishHalf(s13, a3, w1, i));
            }
        }

        /// <summary>The lanes of a sum together, and the inputs that fill no vector.</summary>
        private float Finish(Vector512<float> lanes, float* a, float* w, int i)
        {
            var sum = Vector512.Sum(lanes);
            for (; i < inputs; i++) sum += a[i] * w[i];
            return sum;
        }

        private float FinishHalf(Vector512<float> lanes, float* a, uint* words, int i)
        {
            var (sum, half) = (Vector512.Sum(lanes), inputs / 2);
            for (; i < half; i++) sum += BitConverter.UInt32BitsToSingle(words[i] << 16) * a[i] + BitConverter.UInt32BitsToSingle(words[i] & 0xFFFF0000) * a[half + i];
            return sum;
        }
    }

    // The lower and the upper of the two bfloat16 in each word.
    public static Vector512<float> Even(Vector512<uint> words) => Vector512.ShiftLeft(words, 16).AsSingle();

    public static Vector512<float> Odd(Vector512<uint> words) => (words & Vector512.Create(0xFFFF0000)).AsSingle();
}
