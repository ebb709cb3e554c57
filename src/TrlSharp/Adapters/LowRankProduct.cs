using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Adapters;

/// <summary>
/// y + s·(x ⊙ m)·Aᵀ·Bᵀ as one node of the graph that keeps x as it is, or nothing where x is computed again: as libtorch's operators, every adapted product would keep a float32 copy of its
/// input. With h = s·(x ⊙ m)·Aᵀ and g the gradient of the result:
/// <code>
/// dL/dB = gᵀ·h      dL/dA = s·(g·B)ᵀ·(x ⊙ m)      dL/dx = s·g·B·A ⊙ m      dL/dy = g
/// </code>
/// T rows, I inputs, O outputs, R rank.
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
        Tensor Input(Tensor from, Tensor? kept)
        {
            var wide = from.to(a.dtype); // [T, I]
            return kept is null ? wide : wide * kept * Scalars.Of(dropout!.Value.Factor); // [T, I]
        }

        using (no_grad())
        {
            low = nn.functional.linear(Input(x, dropout?.Kept), a) * Scalars.Of(scaling); // [T, R]
            output = y.Plus(nn.functional.linear(low, b, bias is null ? null : bias * Scalars.Of(scaling)).to(y.dtype)); // [T, O]
        }

        var (pullsX, pullsY, type) = (x.requires_grad, y.requires_grad, x.dtype);
        var again = Recomputation.Of(x);
        Tensor?[] Backward(Tensor gradient, Tensor[] saved)
        {
            var (first, second, reduced, kept) = (saved[0], saved[1], saved[2], dropout is null ? null : saved[3]);
            var pull = gradient.to(first.dtype); // [T, O]
            var inner = pull.matmul(second) * Scalars.Of(scaling); // [T, R]
            var input = Input(again?.Result() ?? saved[^1], kept); // [T, I]
            Tensor?[] gradients =
            [
                pullsX ? Input(inner.matmul(first), kept).to(type) : null, // [T, I]
                pullsY ? gradient.alias() : null, // [T, O]
                inner.t().matmul(input), // [R, I]
                pull.t().matmul(reduced), // [O, R]
            ];
            return bias is null ? gradients : [.. gradients, pull.sum([0]) * Scalars.Of(scaling)]; // [O]
        }

        Tensor[] kept = [a, b, low, .. dropout is { } d ? [d.Kept] : Array.Empty<Tensor>(), .. again is null ? [x] : Array.Empty<Tensor>()];
        return CustomGradient.Attach(output, bias is null ? [x, y, a, b] : [x, y, a, b, bias], kept, Backward).MoveToOuterDisposeScope();
    }
}
