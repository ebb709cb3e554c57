using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Optimization;

/// <summary>
/// AdamW (Loshchilov and Hutter, arXiv:1711.05101, algorithm 2) for a weight of bfloat16 and its float32 master, in one pass over memory: clipping, moments, master and rounded weight. Apart they
/// move 42 bytes a weight, here 30, and memory is all that this step waits for. The same operations in the same order as libtorch's fused kernel. With c the factor of clipping and t the update:
/// <code>
/// g ← c·g      p ← p·(1 - η·λ)      m ← m + (1 - β₁)·(g - m)      v ← β₂·v + (1 - β₂)·g²
/// p ← p - η/(1 - β₁ᵗ) · m / (√v/√(1 - β₂ᵗ) + ε)
/// </code>
/// </summary>
internal sealed unsafe class AdamWKernel(OptimizerOptions options, double weightDecay, double rate, double factor, int update)
{
    private readonly float _factor = (float)factor;
    private readonly float _kept = (float)(1 - (rate * weightDecay));
    private readonly float _fresh = (float)(1 - options.Beta1);
    private readonly float _beta2 = (float)options.Beta2;
    private readonly float _freshSquare = (float)(1 - options.Beta2);
    private readonly float _step = (float)(-(rate / (1 - Math.Pow(options.Beta1, update))));
    private readonly float _correction = (float)Math.Sqrt(1 - Math.Pow(options.Beta2, update));
    private readonly float _epsilon = (float)options.Epsilon;

    /// <summary>One weight; all tensors of its shape, contiguous and on the processor, and all but the last in float32.</summary>
    /// <param name="master">p</param>
    /// <param name="gradient">g before clipping; not changed, and may lie in memory in any way.</param>
    /// <param name="average">m</param>
    /// <param name="square">v</param>
    /// <param name="weight">bfloat16: takes p, rounded.</param>
    public void Step(Tensor master, Tensor gradient, Tensor average, Tensor square, Tensor weight)
    {
        var count = master.numel();
        var plain = Ops.Plain(gradient);
        var (p, g, m, v, w) = (Ops.DataPointer(master), Ops.DataPointer(plain), Ops.DataPointer(average), Ops.DataPointer(square), Ops.DataPointer(weight));
        RowLoop.Run((count + Lanes.Width - 1) / Lanes.Width, Lanes.Width, (first, end) =>
            Step((float*)p, (float*)g, (float*)m, (float*)v, (ushort*)w, first * Lanes.Width, Math.Min(count, end * Lanes.Width)));
        GC.KeepAlive((master, plain, average, square, weight));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Step(float* p, float* g, float* m, float* v, ushort* w, long first, long end)
    {
        var (factor, kept, fresh, beta2) = (Vector512.Create(_factor), Vector512.Create(_kept), Vector512.Create(_fresh), Vector512.Create(_beta2));
        var (freshSquare, step, correction, epsilon) = (Vector512.Create(_freshSquare), Vector512.Create(_step), Vector512.Create(_correction), Vector512.Create(_epsilon));
        for (var i = first; i < end; i += Lanes.Width)
        {
            var left = end - i;
            var gradient = Lanes.Load(g + i, left) * factor;
            var average = Lanes.Load(m + i, left);
            average = Vector512.FusedMultiplyAdd(fresh, gradient - average, average);
            var square = Vector512.FusedMultiplyAdd(freshSquare * gradient, gradient, Lanes.Load(v + i, left) * beta2);
            var size = (Vector512.Sqrt(square) / correction) + epsilon;
            var master = (Lanes.Load(p + i, left) * kept) + (step * average / size);
            Lanes.Store(average, m + i, left);
            Lanes.Store(square, v + i, left);
            Lanes.Store(master, p + i, left);
            Lanes.Store(master, w + i, left);
        }
    }
}
