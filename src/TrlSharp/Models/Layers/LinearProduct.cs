using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>
/// x·Wᵀ + b with a backward pass that adds the gradient of a parameter to what it has gathered, inside the matrix product: no second tensor of the size of the weight, which for the
/// head would come with every chunk of logits. Products of bfloat16 go through float32 where that is faster: both ways multiply the same numbers exactly and add them up in float32, and
/// what comes out is rounded once. T rows, I inputs, O outputs.
/// </summary>
internal static class LinearProduct
{
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
        Tensor Wide(Tensor t) => widens ? t.to_type(ScalarType.Float32) : t;
        Tensor output;
        using (no_grad()) output = nn.functional.linear(Wide(x), Wide(weight), bias is null ? null : Wide(bias)).to_type(x.dtype); // [T, O]
        var (pullsInput, pullsBias) = (x.requires_grad, bias is { requires_grad: true });
        Tensor?[] Backward(Tensor gradient, Tensor[] saved)
        {
            var pull = Wide(gradient); // [T, O]
            Tensor?[] results =
            [
                pullsInput ? pull.matmul(Wide(saved[1])).to_type(saved[0].dtype) : null, // [T, I]
                weight.requires_grad ? WeightGradient(weight, pull, Wide(saved[0])) : null, // [O, I]
                pullsBias ? pull.sum([0]).to_type(gradient.dtype) : null, // [O]
            ];
            return bias is null ? results[..2] : results;
        }

        Tensor[] inputs = bias is null ? [x, weight] : [x, weight, bias];
        return CustomGradient.Attach(output, inputs, [x, weight], Backward).MoveToOuterDisposeScope();
    }

    /// <summary>Gᵀ·x for autograd, or null where it was added to a parameter's gradient already.</summary>
    private static Tensor? WeightGradient(Tensor weight, Tensor pull, Tensor x)
    {
        if (!weight.is_leaf) return pull.t().matmul(x).to_type(weight.dtype); // [O, I]
        if (weight.grad is not { } gathered) weight.grad = pull.t().matmul(x).to_type(weight.dtype); // [O, I]
        else if (gathered.dtype == pull.dtype) gathered.addmm_(pull.t(), x);
        else gathered.PlusInPlace(pull.t().matmul(x).to_type(gathered.dtype));
        return null;
    }
}
