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

    /// <summary>Multiplications of a piece that threads take: their weights come from memory in 5 to 25 µs.</summary>
    private const long WorkOfPiece = 1 << 16;

    /// <summary>
    /// Bytes of the weight that are asked for before they are needed: the time that memory takes to answer, at the speed at which one core reads. A fixed number and not a number of rows,
    /// since four rows of 4,096 inputs are more than the first cache holds.
    /// </summary>
    internal const int Ahead = 8192;

    /// <summary>Outputs, and rows, that are computed together.</summary>
    internal const int Together = 4;

    /// <summary>
    /// Whether <see cref="Linear(Tensor, Tensor, Tensor)"/> can be called: few rows of contiguous float32 or bfloat16 on a CPU with wide vectors, in inference mode. Without a graph alone is not
    /// enough: the first pass of a recomputed layer has none either, and must round as the second.
    /// </summary>
    public static bool Serves(Tensor x, Tensor weight) =>
        Vector256.IsHardwareAccelerated && is_inference_mode_enabled() && x.dim() == 2 && x.size(0) is > 0 and <= MostRows && x.device_type == TorchSharp.DeviceType.CPU
        && x.dtype is ScalarType.Float32 or ScalarType.BFloat16 && x.dtype == weight.dtype && weight.is_contiguous();

    /// <summary>[T, I], [O, I], [O] or null → [T, O]</summary>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias) => Linear(x, [(weight, bias)])[0];

    /// <summary>Several maps of the same rows, whose pieces threads share out together: [T, I], [O, I] and [O] or null each → [T, O] each.</summary>
    public static Tensor[] Linear(Tensor x, ReadOnlySpan<(Tensor Weight, Tensor? Bias)> maps)
    {
        using var scope = NewDisposeScope();
        var (rows, inputs, plain) = ((int)x.size(0), (int)x.size(1), Ops.Plain(x)); // [T, I]
        var (jobs, results, biases) = (new RowMatmulJob[maps.Length], new Tensor[maps.Length], new Tensor?[maps.Length]);
        var (threads, isHalf, outputs) = (get_num_threads(), x.dtype == ScalarType.BFloat16, 0L);
        for (var i = 0; i < maps.Length; i++)
        {
            var (weight, bias) = maps[i];
            biases[i] = bias is null || bias.dtype == x.dtype ? bias : bias.to(x.dtype); // [O]
            results[i] = empty([rows, weight.size(0)], dtype: x.dtype); // [T, O]
            jobs[i] = new(
                Ops.DataPointer(plain), Ops.DataPointer(weight), biases[i] is { } added ? Ops.DataPointer(added) : 0, Ops.DataPointer(results[i]), (rows, inputs, (int)weight.size(0)), isHalf);
            outputs += weight.size(0);
        }

        // So many pieces a thread that who comes last is not waited for long, and still long runs through memory.
        var wanted = Math.Clamp(rows * inputs * outputs / WorkOfPiece, 1, threads * 8);
        var pieces = new List<(RowMatmulJob Job, int First, int Last)>();
        foreach (var job in jobs) AddPieces(pieces, job, (int)Math.Clamp(wanted * job.Outputs / outputs, 1, Math.Max(1, job.Outputs / Together)));
        WorkTeam.Run(pieces.Count, threads, piece => pieces[piece].Job.Run(pieces[piece].First, pieces[piece].Last), followed: true);
        foreach (var job in jobs) job.Dispose();
        GC.KeepAlive((plain, biases));
        foreach (var (weight, _) in maps) GC.KeepAlive(weight);
        foreach (var result in results) result.MoveToOuterDisposeScope();
        return results; // [T, O] each
    }

    private static void AddPieces(List<(RowMatmulJob Job, int First, int Last)> pieces, RowMatmulJob job, int count)
    {
        for (var i = 0; i < count; i++) pieces.Add((job, Border(job.Outputs, i, count), Border(job.Outputs, i + 1, count)));
    }

    private static int Border(int outputs, int part, int parts) => part == parts ? outputs : (int)((long)outputs * part / parts) / Together * Together;
}
