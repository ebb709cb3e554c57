using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Adapters;

/// <summary>
/// y + s·(x ⊙ m)·Aᵀ·Bᵀ as one node of the graph that keeps x as it is, or nothing where x is computed again: as libtorch's operators, every adapted product would keep a float32 copy of its
/// input. With h = s·(x ⊙ m)·Aᵀ and g the gradient of the result:
/// <code>
/// dL/dB = gᵀ·h      dL/dA = s·(g·B)ᵀ·(x ⊙ m)      dL/dx = s·g·B·A ⊙ m      dL/dy = g
/// </code>
/// In bfloat16 the products are those of <see cref="LowRankKernel"/>. T rows, I inputs, O outputs, R rank.
/// </summary>
internal static class LowRankProduct
{
    /// <param name="x">[T, I]</param>
    /// <param name="y">[T, O]</param>
    /// <param name="weights">A [R, I], B [O, R], float32 as a rule, and the bias of B [O] or null, which is scaled too.</param>
    /// <param name="scaling">s.</param>
    /// <param name="dropout">Which inputs are kept, [T, I] of truth values, and the factor on them; null to keep all.</param>
    /// <returns>[T, O], in the type of y.</returns>
    public static Tensor AddTo(Tensor y, Tensor x, (Tensor A, Tensor B, Tensor? Bias) weights, double scaling, (Tensor Kept, double Factor)? dropout)
    {
        var (a, b, bias) = weights;
        using var scope = NewDisposeScope();
        Tensor low, output;
        var wideType = a.dtype;
        var isThin = x.dtype == ScalarType.BFloat16 && y.dtype == x.dtype && wideType == ScalarType.Float32 && b.dtype == wideType && x.dim() == 2 && x.device_type == TorchSharp.DeviceType.CPU;
        Tensor Input(Tensor from, Tensor? kept)
        {
            if (kept is null && isThin) return Ops.Plain(from); // [T, I]
            var wide = from.to(wideType); // [T, I]
            return kept is null ? wide : wide * kept * Scalars.Of(dropout!.Value.Factor); // [T, I]
        }

        // [T, C], [R, C] → [T, R]
        Tensor Reduce(Tensor rows, Tensor factor) => isThin ? LowRankKernel.Reduce(rows, Ops.Plain(factor), scaling) : nn.functional.linear(rows, factor) * Scalars.Of(scaling);

        using (no_grad())
        {
            low = Reduce(Input(x, dropout?.Kept), a); // [T, R]
            output = isThin && bias is null
                ? LowRankKernel.Expand(low, Ops.Plain(b.t()), Ops.Plain(y), y.dtype)
                : y.Plus(nn.functional.linear(low, b, bias is null ? null : bias * Scalars.Of(scaling)).to(y.dtype)); // [T, O]
        }

        var (pullsX, pullsY, type) = (x.requires_grad, y.requires_grad, x.dtype);
        var again = Recomputation.Of(x);
        Tensor?[] Backward(Tensor gradient, Tensor[] saved)
        {
            var (first, second, reduced, kept) = (saved[0], saved[1], saved[2], dropout is null ? null : saved[3]);
            var pull = isThin ? Ops.Plain(gradient) : gradient.to(first.dtype); // [T, O]
            var inner = Reduce(pull, second.t()); // [T, R]
            var input = Input(again?.Result() ?? saved[^1], kept); // [T, I]
            Tensor InputGradient() => isThin && kept is null ? LowRankKernel.Expand(inner, Ops.Plain(first), null, type) : Input(inner.matmul(first), kept).to(type); // [T, I]
            Tensor?[] gradients =
            [
                pullsX ? InputGradient() : null, // [T, I]
                pullsY ? gradient.alias() : null, // [T, O]
                isThin ? LowRankKernel.Gather(inner, input) : inner.t().matmul(input), // [R, I]
                isThin ? LowRankKernel.Gather(reduced, pull).t().contiguous() : pull.t().matmul(reduced), // [O, R]
            ];
            return bias is null ? gradients : [.. gradients, gradient.to(first.dtype).sum([0]) * Scalars.Of(scaling)]; // [O]
        }

        Tensor[] kept = [a, b, low, .. dropout is { } d ? [d.Kept] : Array.Empty<Tensor>(), .. again is null ? [x] : Array.Empty<Tensor>()];
        return CustomGradient.Attach(output, bias is null ? [x, y, a, b] : [x, y, a, b, bias], kept, Backward).MoveToOuterDisposeScope();
    }
}
