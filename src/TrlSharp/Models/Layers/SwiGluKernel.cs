using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>
/// y = silu(a) ⊙ b in one pass, keeping a and b alone for the backward pass, from which y is computed again for whoever needs it there. With s = 1 / (1 + e^-a) and g the gradient of y:
/// <code>
/// dL/da = g·b·s·(1 + a·(1 - s))      dL/db = g·a·s
/// </code>
/// T rows of F elements.
/// </summary>
internal static unsafe class SwiGluKernel
{
    /// <summary>[T, F], [T, F] → [T, F]; both in float32 or bfloat16.</summary>
    public static Tensor Forward(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        Tensor gate, up, output;
        using (no_grad())
        {
            (gate, up) = (Ops.Plain(a), Ops.Plain(b)); // [T, F]
            output = Product(gate, up); // [T, F]
        }

        return CustomGradient.Attach(output, [a, b], [gate, up], Backward, saved => Product(saved[0], saved[1])).MoveToOuterDisposeScope();
    }

    private static Tensor Product(Tensor gate, Tensor up)
    {
        var output = empty_like(gate); // [T, F]
        var (gates, ups, target) = (Ops.DataPointer(gate), Ops.DataPointer(up), Ops.DataPointer(output));
        var (isWide, count) = (gate.dtype == ScalarType.Float32, gate.numel());
        RowLoop.Run(count / Lanes.Width + 1, Lanes.Width * 4, (first, end) =>
        {
            var last = Math.Min(count, end * Lanes.Width);
            if (isWide) Multiply((float*)gates, (float*)ups, (float*)target, first * Lanes.Width, last);
            else Multiply((ushort*)gates, (ushort*)ups, (ushort*)target, first * Lanes.Width, last);
        });
        GC.KeepAlive((gate, up));
        return output;
    }

    private static Tensor?[] Backward(Tensor gradient, Tensor[] saved)
    {
        var (gate, up) = (saved[0], saved[1]);
        var g = gradient.contiguous(); // [T, F]
        var (gateGradient, upGradient) = (empty_like(gate), empty_like(up)); // [T, F]
        var (pull, gates, ups, first, second) =
            (Ops.DataPointer(g), Ops.DataPointer(gate), Ops.DataPointer(up), Ops.DataPointer(gateGradient), Ops.DataPointer(upGradient));
        var isWide = gate.dtype == ScalarType.Float32;
        var count = gate.numel();
        RowLoop.Run(count / Lanes.Width + 1, Lanes.Width * 4, (start, end) =>
        {
            var last = Math.Min(count, end * Lanes.Width);
            if (isWide) Pull((float*)pull, (float*)gates, (float*)ups, (float*)first, (float*)second, start * Lanes.Width, last);
            else Pull((ushort*)pull, (ushort*)gates, (ushort*)ups, (ushort*)first, (ushort*)second, start * Lanes.Width, last);
        });
        GC.KeepAlive(g);
        return [gateGradient, upGradient];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<T>(T* a, T* b, T* y, long first, long end)
        where T : unmanaged
    {
        for (var i = first; i < end; i += Lanes.Width)
        {
            var gate = Lanes.Load(a + i, end - i);
            Lanes.Store(Lanes.Round<T>(gate * Sigmoid(gate)) * Lanes.Load(b + i, end - i), y + i, end - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pull<T>(T* g, T* a, T* b, T* da, T* db, long first, long end)
        where T : unmanaged
    {
        for (var i = first; i < end; i += Lanes.Width)
        {
            var (gradient, gate) = (Lanes.Load(g + i, end - i), Lanes.Load(a + i, end - i));
            var sigmoid = Sigmoid(gate);
            var slope = sigmoid * Vector512.FusedMultiplyAdd(gate, Vector512<float>.One - sigmoid, Vector512<float>.One);
            Lanes.Store(gradient * Lanes.Load(b + i, end - i) * slope, da + i, end - i);
            Lanes.Store(gradient * gate * sigmoid, db + i, end - i);
        }
    }

    private static Vector512<float> Sigmoid(Vector512<float> x) => Vector512<float>.One / (Vector512<float>.One + Lanes.Exp(-x));
}
