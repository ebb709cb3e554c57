using TrlSharp.Models.Weights;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>x / sqrt(mean(x²) + ε) · w over the last dimension (Zhang and Sennrich, arXiv:1910.07467).</summary>
internal sealed class RmsNorm(NamedParameter weight, double epsilon, RmsNormKind kind)
{
    public NamedParameter Weight => weight;

    /// <summary>[..., D] → [..., D]</summary>
    public Tensor Forward(Tensor x)
    {
        var type = x.dtype;
        switch (kind)
        {
            case RmsNormKind.UnitOffset:
                using (var scope = NewDisposeScope())
                    return Ops.RmsNorm(x.to(ScalarType.Float32), weight.Value.to(ScalarType.Float32) + 1, epsilon).to(type).MoveToOuterDisposeScope(); // [..., D]
            case RmsNormKind.ScaleInFloat32 when type != ScalarType.Float32:
                using (var scope = NewDisposeScope())
                    return Ops.RmsNorm(x.to(ScalarType.Float32), weight.Value.to(ScalarType.Float32), epsilon).to(type).MoveToOuterDisposeScope(); // [..., D]
            case RmsNormKind.ScaleInInputType when type != ScalarType.Float32:
                using (var scope = NewDisposeScope())
                    return (Ops.RmsNorm(x.to(ScalarType.Float32), null, epsilon).to(type) * weight.Value).MoveToOuterDisposeScope(); // [..., D]
            default:
                return Ops.RmsNorm(x, weight.Value, epsilon); // [..., D]
        }
    }
}
