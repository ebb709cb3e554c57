using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>
/// y = x̂ · w with x̂ = x·r and r = (mean(x²) + ε)^-½, in one pass over memory in each direction. With g the gradient of y and v = g·w:
/// <code>
/// dL/dx = r·(v - x̂·mean(v·x̂))      dL/dw = Σ over rows of g·x̂
/// </code>
/// T rows of D elements.
/// </summary>
internal static unsafe class RmsNormKernel
{
    /// <summary>Rows whose share of dL/dw is summed together, so that the sum does not depend on threads.</summary>
    private const int Block = 64;

    /// <summary>[..., D], [D] → [..., D]</summary>
    /// <param name="x">float32 or bfloat16.</param>
    /// <param name="weight">In the type of x.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="roundsFirst">Whether x̂ is rounded to the type of x before it is scaled.</param>
    public static Tensor Forward(Tensor x, Tensor weight, double epsilon, bool roundsFirst)
    {
        using var scope = NewDisposeScope();
        Tensor input, output, inverse;
        using (no_grad())
        {
            input = Ops.Plain(x); // [..., D]
            (output, inverse) = Normalized(input, weight, (float)epsilon, roundsFirst); // [..., D], [T]
        }

        var trainsWeight = weight.requires_grad;
        return CustomGradient.Attach(
            output, [x, weight], [input, weight, inverse], (gradient, saved) => Backward(gradient, saved, trainsWeight),
            saved => Normalized(saved[0], saved[1], (float)epsilon, roundsFirst).Output).MoveToOuterDisposeScope();
    }

    private static (Tensor Output, Tensor Inverse) Normalized(Tensor input, Tensor weight, float epsilon, bool roundsFirst)
    {
        var output = empty_like(input); // [..., D]
        var width = input.size(-1);
        var rows = width == 0 ? 0 : input.numel() / width;
        var inverse = empty(rows, dtype: ScalarType.Float32); // [T]
        var (source, scale, target, factors) = (Ops.DataPointer(input), Ops.DataPointer(weight), Ops.DataPointer(output), Ops.DataPointer(inverse));
        var isWide = input.dtype == ScalarType.Float32;
        RowLoop.Run(rows, width, (first, end) =>
        {
            if (isWide) Normalize((float*)source, (float*)scale, (float*)target, (float*)factors, first, end, width, epsilon, roundsFirst);
            else Normalize((ushort*)source, (ushort*)scale, (ushort*)target, (float*)factors, first, end, width, epsilon, roundsFirst);
        });
        GC.KeepAlive((input, weight));
        return (output, inverse);
    }

    private static Tensor?[] Backward(Tensor gradient, Tensor[] saved, bool trainsWeight)
    {
        var (input, weight, inverse) = (saved[0], saved[1], saved[2]);
        var g = gradient.contiguous(); // [..., D]
        var width = input.size(-1);
        var rows = inverse.size(0);
        var blocks = (rows + Block - 1) / Block;
        var result = empty_like(input); // [..., D]
        var sums = zeros(trainsWeight ? blocks : 0, width); // [blocks, D]
        var (pull, source, scale, factors) = (Ops.DataPointer(g), Ops.DataPointer(input), Ops.DataPointer(weight), Ops.DataPointer(inverse));
        var (target, parts) = (Ops.DataPointer(result), trainsWeight ? Ops.DataPointer(sums) : 0);
        var isWide = input.dtype == ScalarType.Float32;
        RowLoop.Run(blocks, Block * width, (first, end) =>
        {
            for (var block = first; block < end; block++)
            {
                var (from, to) = (block * Block, Math.Min(rows, (block + 1) * Block));
                var part = trainsWeight ? (float*)parts + (block * width) : null;
                if (isWide) Pull((float*)pull, (float*)source, (float*)scale, (float*)factors, (float*)target, part, from, to, width);
                else Pull((ushort*)pull, (ushort*)source, (ushort*)scale, (float*)factors, (ushort*)target, part, from, to, width);
            }
        });
        GC.KeepAlive(g);
        return [result, trainsWeight ? sums.sum([0]).to_type(weight.dtype) : null];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Normalize<T>(T* x, T* w, T* y, float* inverse, long first, long end, long width, float epsilon, bool roundsFirst)
        where T : unmanaged
    {
        for (var row = first; row < end; row++)
        {
            var source = x + (row * width);
            var target = y + (row * width);
            var squares = Vector512<float>.Zero;
            for (long i = 0; i < width; i += Lanes.Width)
            {
                var value = Lanes.Load(source + i, width - i);
                squares = Vector512.FusedMultiplyAdd(value, value, squares);
            }

            var r = 1 / MathF.Sqrt((Vector512.Sum(squares) / width) + epsilon);
            inverse[row] = r;
            var factor = Vector512.Create(r);
            for (long i = 0; i < width; i += Lanes.Width)
            {
                var unit = Lanes.Load(source + i, width - i) * factor;
                if (roundsFirst) unit = Lanes.Round<T>(unit);
                Lanes.Store(unit * Lanes.Load(w + i, width - i), target + i, width - i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pull<T>(T* g, T* x, T* w, float* inverse, T* dx, float* dw, long first, long end, long width)
        where T : unmanaged
    {
        for (var row = first; row < end; row++)
        {
            var pull = g + (row * width);
            var source = x + (row * width);
            var target = dx + (row * width);
            var factor = Vector512.Create(inverse[row]);
            var product = Vector512<float>.Zero;
            for (long i = 0; i < width; i += Lanes.Width)
            {
                var unit = Lanes.Load(source + i, width - i) * factor;
                var gradient = Lanes.Load(pull + i, width - i);
                if (dw != null) Lanes.Store(Vector512.FusedMultiplyAdd(gradient, unit, Lanes.Load(dw + i, width - i)), dw + i, width - i);
                product = Vector512.FusedMultiplyAdd(gradient * Lanes.Load(w + i, width - i), unit, product);
            }

            var mean = Vector512.Create(Vector512.Sum(product) / width);
            for (long i = 0; i < width; i += Lanes.Width)
            {
                var unit = Lanes.Load(source + i, width - i) * factor;
                var scaled = Lanes.Load(pull + i, width - i) * Lanes.Load(w + i, width - i);
                Lanes.Store((scaled - (unit * mean)) * factor, target + i, width - i);
            }
        }
    }
}
