using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>
/// x·Wᵀ + b of bfloat16 tensors through float32 products. Both ways multiply the same numbers exactly and add them up in float32; what comes out is rounded once to
/// bfloat16. It is the faster way on processors without full-rate bfloat16 arithmetic, by about two on Intel's without AMX.
/// T rows, I inputs, O outputs.
/// </summary>
internal static class WideLinear
{
    /// <summary>Whether a product with this input goes this way.</summary>
    public static bool Pays(Tensor x) => Bf16Products.GoThroughFloat32 && x.dtype == ScalarType.BFloat16 && x.dim() == 2 && x.size(0) > Lanes.Width && x.device_type == TorchSharp.DeviceType.CPU;

    /// <summary>[T, I], [O, I], [O] or null → [T, O]</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        Tensor output;
        using (no_grad()) output = nn.functional.linear(Wide(x), Wide(weight), bias is null ? null : Wide(bias)).to_type(x.dtype); // [T, O]
        var (pullsInput, pullsWeight, pullsBias) = (x.requires_grad, weight.requires_grad, bias is { requires_grad: true });
        Tensor?[] Backward(Tensor gradient, Tensor[] saved)
        {
            var wide = Wide(gradient); // [T, O]
            Tensor?[] results =
            [
                pullsInput ? wide.matmul(Wide(saved[1])).to_type(saved[0].dtype) : null, // [T, I]
                pullsWeight ? wide.t().matmul(Wide(saved[0])).to_type(saved[1].dtype) : null, // [O, I]
                pullsBias ? wide.sum([0]).to_type(gradient.dtype) : null, // [O]
            ];
            return bias is null ? results[..2] : results;
        }

        Tensor[] inputs = bias is null ? [x, weight] : [x, weight, bias];
        return CustomGradient.Attach(output, inputs, [x, weight], Backward).MoveToOuterDisposeScope();
    }

    private static Tensor Wide(Tensor x) => x.to_type(ScalarType.Float32);
}
