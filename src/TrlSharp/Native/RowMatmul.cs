using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
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

    /// <summary>Outputs, and rows, that are computed together.</summary>
    private const int Together = 4;

    /// <summary>Numbers of the weight that the first cache holds beside four rows.</summary>
    private const int TileSize = 8192;

    /// <summary>Numbers between what is widened and what is asked of memory.</summary>
    private const int Ahead = 2048;

    /// <summary>
    /// Whether <see cref="Linear"/> can be called: few rows of contiguous float32 or bfloat16 on a CPU with wide vectors, in inference mode. Without a graph alone is not
    /// enough: the first pass of a recomputed layer has none either, and must round as the second.
    /// </summary>
    public static bool Serves(Tensor x, Tensor weight) =>
        Vector256.IsHardwareAccelerated && is_inference_mode_enabled() && x.dim() == 2 && x.size(0) is > 0 and <= MostRows && x.device_type == TorchSharp.DeviceType.CPU
        && x.dtype is ScalarType.Float32 or ScalarType.BFloat16 && x.dtype == weight.dtype && weight.is_contiguous();

    /// <summary>[T, I], [O, I], [O] or null → [T, O]</summary>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var (rows, inputs, outputs) = ((int)x.size(0), (int)x.size(1), (int)weight.size(0));
        var plain = x.contiguous().to(ScalarType.Float32); // [T, I]
        var result = empty([rows, outputs], dtype: ScalarType.Float32); // [T, O]
        var task = new Job((float*)Ops.DataPointer(plain), (byte*)Ops.DataPointer(weight), (float*)Ops.DataPointer(result), rows, inputs, outputs, x.dtype == ScalarType.BFloat16);
        var threads = (int)Math.Min(get_num_threads(), 1 + (long)rows * inputs * outputs / WorkPerThread);
        if (threads <= 1) task.Run(0, outputs);
        else Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, part => task.Run(Border(outputs, part, threads), Border(outputs, part + 1, threads)));
        GC.KeepAlive(plain);
        GC.KeepAlive(weight);
        if (bias is not null) result.PlusInPlace(bias);
        return result.to(x.dtype).MoveToOuterDisposeScope(); // [T, O]
    }

    private static int Border(int outputs, int part, int parts) => part == parts ? outputs : (int)((long)outputs * part / parts) / Together * Together;

    private sealed class Job(float* x, byte* weight, float* result, int rows, int inputs, int outputs, bool isHalf)
    {
        private readonly nint _bytes = (nint)inputs * (isHalf ? sizeof(ushort) : sizeof(float));

        /// <summary>
        /// The outputs from first to last, in tiles of the weight that stay in the first cache while all rows pass over them. bfloat16 is widened once per tile, in one
        /// run through memory.
        /// </summary>
        public void Run(int first, int last)
        {
            var tile = Math.Max(Together, TileSize / inputs / Together * Together);
            using var scratch = isHalf ? new Scratch(Scratch.Padded((long)Math.Min(tile, last - first) * inputs)) : null;
            var wide = scratch is null ? null : scratch.Take((long)Math.Min(tile, last - first) * inputs);
            for (var o = first; o < last; o += tile)
            {
                var count = Math.Min(tile, last - o);
                var w = (float*)(weight + (o * _bytes));
                if (isHalf)
                {
                    Widen((ushort*)w, wide, (nint)count * inputs);
                    w = wide;
                }

                Tile(w, result + o, count);
            }
        }

        /// <summary>The values as float32; what follows them is asked of memory meanwhile.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Widen(ushort* from, float* to, nint count)
        {
            const int Line = 64 / sizeof(ushort);
            nint i = 0;
            for (; i + Line <= count; i += Line)
            {
                if (Sse.IsSupported) Sse.Prefetch0(from + i + Ahead);
                Lanes.Load(from + i, Line).Store(to + i);
                Lanes.Load(from + i + Lanes.Width, Line).Store(to + i + Lanes.Width);
            }

            for (; i < count; i++) to[i] = Lanes.Scalar(from + i);
        }

        private void Tile(float* w, float* to, int count)
        {
            var t = 0;
            for (; t + Together <= rows; t += Together)
                for (var j = 0; j < count; j += Together)
                    Block(t, w + ((nint)j * inputs), to + ((nint)t * outputs) + j, Math.Min(Together, count - j), isWhole: true);
            for (; t < rows; t++)
                for (var j = 0; j < count; j += Together)
                    Block(t, w + ((nint)j * inputs), to + ((nint)t * outputs) + j, Math.Min(Together, count - j), isWhole: false);
        }

        /// <summary>Outputs from one on, of four rows or of one: the last outputs that are no four are computed one by one for every row.</summary>
        private void Block(int t, float* w, float* to, int count, bool isWhole)
        {
            var a = x + ((nint)t * inputs);
            if (count < Together)
            {
                for (var r = 0; r < (isWhole ? Together : 1); r++, a += inputs, to += outputs)
                    for (var j = 0; j < count; j++)
                        to[j] = Dot(a, w + ((nint)j * inputs));
            }
            else if (isWhole) Four(a, w, to);
            else One(a, w, to);
        }

        private float Dot(float* a, float* w)
        {
            var lanes = Vector512<float>.Zero;
            var i = 0;
            for (; i + Lanes.Width <= inputs; i += Lanes.Width) lanes = Vector512.FusedMultiplyAdd(Vector512.Load(w + i), Vector512.Load(a + i), lanes);
            var sum = Vector512.Sum(lanes);
            for (; i < inputs; i++) sum += a[i] * w[i];
            return sum;
        }

        /// <summary>Four outputs of a row.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void One(float* a, float* w0, float* to)
        {
            float* w1 = w0 + inputs, w2 = w1 + inputs, w3 = w2 + inputs;
            Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
            var i = 0;
            for (; i + Lanes.Width <= inputs; i += Lanes.Width)
            {
                var v = Vector512.Load(a + i);
                s0 = Vector512.FusedMultiplyAdd(Vector512.Load(w0 + i), v, s0);
                s1 = Vector512.FusedMultiplyAdd(Vector512.Load(w1 + i), v, s1);
                s2 = Vector512.FusedMultiplyAdd(Vector512.Load(w2 + i), v, s2);
                s3 = Vector512.FusedMultiplyAdd(Vector512.Load(w3 + i), v, s3);
            }

            Finish(Sums(s0, s1, s2, s3), a, w0, i, to);
        }

        /// <summary>Four outputs of four rows: sixteen sums in registers, so that every vector that is loaded is used four times.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Four(float* a, float* w0, float* to)
        {
            float* a1 = a + inputs, a2 = a1 + inputs, a3 = a2 + inputs;
            float* w1 = w0 + inputs, w2 = w1 + inputs, w3 = w2 + inputs;
            Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default, s13 = default;
            Vector512<float> s20 = default, s21 = default, s22 = default, s23 = default, s30 = default, s31 = default, s32 = default, s33 = default;
            var i = 0;
            for (; i + Lanes.Width <= inputs; i += Lanes.Width)
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

            Finish(Sums(s00, s01, s02, s03), a, w0, i, to);
            Finish(Sums(s10, s11, s12, s13), a1, w0, i, to + outputs);
            Finish(Sums(s20, s21, s22, s23), a2, w0, i, to + (2 * outputs));
            Finish(Sums(s30, s31, s32, s33), a3, w0, i, to + (3 * outputs));
        }

        /// <summary>The inputs that fill no vector.</summary>
        private void Finish(Vector128<float> sums, float* a, float* w, int i, float* to)
        {
            for (; i < inputs; i++) sums += Vector128.Create(w[i], w[inputs + i], w[(2 * inputs) + i], w[(3 * inputs) + i]) * a[i];
            sums.Store(to);
        }

        /// <summary>The lanes of each of four vectors together: interleaved first, so that one addition serves all four.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<float> Sums(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
        {
            if (!Avx512F.IsSupported) return Vector128.Create(Vector512.Sum(a), Vector512.Sum(b), Vector512.Sum(c), Vector512.Sum(d));
            var ab = (Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b)).AsDouble(); // a b a b in each 128 bits
            var cd = (Avx512F.UnpackLow(c, d) + Avx512F.UnpackHigh(c, d)).AsDouble();
            var all = Avx512F.UnpackLow(ab, cd).AsSingle() + Avx512F.UnpackHigh(ab, cd).AsSingle(); // a b c d
            var half = all.GetLower() + all.GetUpper();
            return half.GetLower() + half.GetUpper();
        }
    }
}
