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

    /// <summary>Multiplications of a piece that threads take: their weights come from memory in about 25 µs.</summary>
    private const long WorkOfPiece = 1 << 16;

    /// <summary>
    /// Bytes of the weight that are asked for before they are needed: the time that memory takes to answer, at the speed at which one core reads. A fixed number and not a number of rows,
    /// since four rows of 4,096 inputs are more than the first cache holds.
    /// </summary>
    internal const int Ahead = 8192;

    /// <summary>Outputs, and rows, that are computed together.</summary>
    internal const int Together = 4;

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
        var (plain, added) = (Ops.Plain(x), bias is null || bias.dtype == x.dtype ? bias : bias.to(x.dtype)); // [T, I], [O]
        var result = empty([rows, outputs], dtype: x.dtype); // [T, O]
        using var job = new RowMatmulJob(Ops.DataPointer(plain), Ops.DataPointer(weight), added is null ? 0 : Ops.DataPointer(added), Ops.DataPointer(result), (rows, inputs, outputs), x.dtype == ScalarType.BFloat16);
        var pieces = (int)Math.Clamp((long)rows * inputs * outputs / WorkOfPiece, 1, Math.Max(1, outputs / Together));
        var threads = get_num_threads();
        // A few pieces a thread: enough for one that comes late, and long runs through memory.
        pieces = Math.Min(pieces, threads * 4);
        WorkTeam.Run(pieces, threads, piece => job.Run(Border(outputs, piece, pieces), Border(outputs, piece + 1, pieces)));
        GC.KeepAlive((plain, weight, added));
        return result.MoveToOuterDisposeScope(); // [T, O]
    }

    private static int Border(int outputs, int part, int parts) => part == parts ? outputs : (int)((long)outputs * part / parts) / Together * Together;
}
