using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>
/// x·Wᵀ + b with a backward pass that adds the gradient of a parameter to what it has gathered, inside the matrix product: no second tensor of the size of the weight, which for the
/// head would come with every chunk of logits. Products of bfloat16 go through float32 where that is faster: both ways multiply the same numbers exactly and add them up in float32, and
/// what comes out is rounded once. Large weights are widened in slices, so no float32 copy of one exists whole. T rows, I inputs, O outputs.
/// </summary>
internal static class LinearProduct
{
    /// <summary>Outputs that are widened at a time.</summary>
    private const long Slice = 4096;

    /// <summary>[T, I], [O, I], [O] or null → [T, O]</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias)
    {
        var widens = Bf16Products.GoThroughFloat32 && x.dtype == ScalarType.BFloat16 && x.dim() == 2 && x.size(0) > Lanes.Width && x.device_type == TorchSharp.DeviceType.CPU;
        if (!widens && (x.dim() != 2 || !CustomGradient.IsNeeded(weight))) return nn.functional.linear(x, weight, bias); // [..., O]
        return Forward(x, weight, bias, widens);
    }

    /// <summary>The same with the choice made.</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias, bool widens)
    {
        using var scope = NewDisposeScope();
        Tensor output;
        using (no_grad()) output = widens ? Widened(x, weight, bias) : nn.functional.linear(x, weight, bias); // [T, O]
        var (pullsInput, pullsBias, pullsWeight) = (x.requires_grad, bias is { requires_grad: true }, weight.requires_grad);
        var again = pullsWeight ? Recomputation.Of(x) : null;
        Tensor?[] Backward(Tensor gradient, Tensor[] saved)
        {
            var input = pullsWeight ? again?.Result() ?? saved[1] : null; // [T, I]
            var (inputGradient, weightGradient) = Gradients(gradient, weight, saved[0], input, pullsInput, widens); // [T, I], [O, I]
            return bias is null ? [inputGradient, weightGradient] : [inputGradient, weightGradient, pullsBias ? gradient.sum([0]) : null];
        }

        Tensor[] inputs = bias is null ? [x, weight] : [x, weight, bias];
        return CustomGradient.Attach(output, inputs, pullsWeight && again is null ? [weight, x] : [weight], Backward).MoveToOuterDisposeScope();
    }

    private static Tensor Widened(Tensor x, Tensor weight, Tensor? bias)
    {
        var wide = x.to_type(ScalarType.Float32); // [T, I]
        Tensor Part(long first, long count) =>
            nn.functional.linear(wide, weight.narrow(0, first, count).to_type(ScalarType.Float32), bias?.narrow(0, first, count).to_type(ScalarType.Float32)); // [T, o]
        var outputs = weight.size(0);
        if (outputs <= Slice) return Part(0, outputs).to_type(x.dtype); // [T, O]
        var result = empty([x.size(0), outputs], dtype: x.dtype); // [T, O]
        foreach (var (first, count) in Slices(outputs))
        {
            using var scope = NewDisposeScope();
            result.narrow(1, first, count).copy_(Part(first, count));
        }

        return result;
    }

    /// <summary>G·W, and Gᵀ·x unless it was added to a parameter's gradient.</summary>
    /// <param name="gradient">[T, O]</param>
    /// <param name="parameter">The weight by which gathered gradients are found.</param>
    /// <param name="weight">Its values, [O, I].</param>
    /// <param name="x">[T, I]; null where the weight does not train.</param>
    /// <param name="pullsInput">Whether G·W is needed.</param>
    /// <param name="widens">Whether products go through float32.</param>
    private static (Tensor? Input, Tensor? Weight) Gradients(Tensor gradient, Tensor parameter, Tensor weight, Tensor? x, bool pullsInput, bool widens)
    {
        Tensor Wide(Tensor t) => widens ? t.to_type(ScalarType.Float32) : t.alias();
        var outputs = weight.size(0);
        var wide = x is null ? null : Wide(x); // [T, I]
        var wideSum = x is not null && parameter.is_leaf ? WideGradients.Find(parameter) : null;
        var adds = wideSum?.Reach() ?? true;
        var gathered = wideSum?.Value ?? (x is not null && parameter.is_leaf ? parameter.grad : null); // [O, I]
        var fresh = x is not null && gathered is null ? empty_like(weight) : null; // [O, I]
        Tensor? input = pullsInput ? empty([gradient.size(0), weight.size(1)], dtype: widens ? ScalarType.Float32 : weight.dtype) : null; // [T, I]
        foreach (var (first, count) in widens ? Slices(outputs) : [(0, outputs)])
        {
            using var scope = NewDisposeScope();
            var pull = Wide(gradient.narrow(1, first, count)); // [T, o]
            if (input is not null) input.addmm_(pull, Wide(weight.narrow(0, first, count)), beta: first == 0 ? 0 : 1);
            if (wide is null) continue;
            var rows = (gathered ?? fresh!).narrow(0, first, count); // [o, I]
            if (fresh is not null) rows.copy_(pull.t().matmul(wide));
            else if (rows.dtype == pull.dtype) rows.addmm_(pull.t(), wide, beta: adds ? 1 : 0);
            else AddInSlices(rows, pull, wide, adds);
        }

        if (fresh is null || !parameter.is_leaf) return (input?.to_type(gradient.dtype), fresh);
        parameter.grad = fresh;
        return (input?.to_type(gradient.dtype), null);
    }

    /// <summary>Gᵀ·x of a shorter type to float32 sums, while it is in the cache.</summary>
    /// <param name="sum">[O, I]</param>
    /// <param name="gradient">[T, O]</param>
    /// <param name="x">[T, I]</param>
    /// <param name="adds">False where the sums hold nothing yet.</param>
    private static void AddInSlices(Tensor sum, Tensor gradient, Tensor x, bool adds)
    {
        foreach (var (first, count) in Slices(sum.size(0)))
        {
            using var scope = NewDisposeScope();
            WideGradients.Add(sum.narrow(0, first, count), gradient.narrow(1, first, count).t().matmul(x), adds);
        }
    }

    private static IEnumerable<(long First, long Count)> Slices(long outputs)
    {
        for (var first = 0L; first < outputs; first += Slice) yield return (first, Math.Min(Slice, outputs - first));
    }
}
