using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Rotary;

/// <summary>
/// Turns pairs (a, b) of channels to (a·cos - b·sin, b·cos + a·sin) in one pass; the backward pass turns the gradient the other way, so nothing is kept but the table.
/// T tokens, N heads, H head size, R rotated channels, which come first.
/// </summary>
internal static unsafe class RotationKernel
{
    /// <summary>[T, N, H] → [T, N, H]</summary>
    /// <param name="x">float32 or bfloat16.</param>
    /// <param name="table">In the type of x.</param>
    /// <param name="size">R.</param>
    /// <param name="layout">Which channels form a pair.</param>
    public static Tensor Forward(Tensor x, RotaryTable table, int size, RotaryLayout layout)
    {
        using var scope = NewDisposeScope();
        Tensor output;
        using (no_grad()) output = Turn(x, table.Cos, table.Sin, size, layout, 1); // [T, N, H]
        var result = CustomGradient.Attach(
            output, [x], [table.Cos, table.Sin], (gradient, saved) => [Turn(gradient, saved[0], saved[1], size, layout, -1)]);
        return result.MoveToOuterDisposeScope();
    }

    private static Tensor Turn(Tensor x, Tensor cosines, Tensor sines, int size, RotaryLayout layout, float direction)
    {
        var input = Ops.Plain(x); // [T, N, H]
        var output = empty_like(input); // [T, N, H]
        var (tokens, heads, channels) = (input.size(0), input.size(1), input.size(2));
        var (source, cos, sin, target) = (Ops.DataPointer(input), Ops.DataPointer(cosines), Ops.DataPointer(sines), Ops.DataPointer(output));
        var isWide = input.dtype == ScalarType.Float32;
        RowLoop.Run(tokens, heads * channels * 2, (first, end) =>
        {
            for (var row = first * heads; row < end * heads; row++)
            {
                var (at, angle) = (row * channels, row / heads * (size / 2));
                if (isWide) TurnHead((float*)source + at, (float*)cos + angle, (float*)sin + angle, (float*)target + at, size, channels, layout, direction);
                else TurnHead((ushort*)source + at, (ushort*)cos + angle, (ushort*)sin + angle, (ushort*)target + at, size, channels, layout, direction);
            }
        });
        GC.KeepAlive(input);
        return output;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TurnHead<T>(T* x, T* cos, T* sin, T* y, long size, long channels, RotaryLayout layout, float direction)
        where T : unmanaged
    {
        var half = size / 2;
        if (layout == RotaryLayout.Halves)
        {
            var sign = Vector512.Create(direction);
            for (long i = 0; i < half; i += Lanes.Width)
            {
                var left = half - i;
                var (a, b) = (Lanes.Load(x + i, left), Lanes.Load(x + half + i, left));
                var (c, s) = (Lanes.Load(cos + i, left), Lanes.Load(sin + i, left) * sign);
                Lanes.Store((a * c) - (b * s), y + i, left);
                Lanes.Store((b * c) + (a * s), y + half + i, left);
            }
        }
        else
        {
            for (long i = 0; i < half; i++)
            {
                var (a, b) = (Lanes.Scalar(x + (2 * i)), Lanes.Scalar(x + (2 * i) + 1));
                var (c, s) = (Lanes.Scalar(cos + i), Lanes.Scalar(sin + i) * direction);
                Lanes.SetScalar((a * c) - (b * s), y + (2 * i));
                Lanes.SetScalar((b * c) + (a * s), y + (2 * i) + 1);
            }
        }

        for (var i = size; i < channels; i++) y[i] = x[i];
    }
}
