using TrlSharp.Models.Weights;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>x / sqrt(mean(x²) + ε) · w over the last dimension (Zhang and Sennrich, arXiv:1910.07467).</summary>
internal sealed class RmsNorm(NamedParameter weight, double epsilon, RmsNormKind kind) : IModule
{
    private NamedParameter _weight = weight;

    public IEnumerable<(string Name, NamedParameter Parameter)> Parameters => [("weight", _weight)];

    public void Replace(string name, NamedParameter parameter) => _weight = parameter;

    /// <summary>[..., D] → [..., D]</summary>
    public Tensor Forward(Tensor x)
    {
        var type = x.dtype;
        // Gemma's form keeps libtorch's rounding: one AdamW step of the reference model hangs on the sign of a gradient of 2e-8 there.
        if (kind != RmsNormKind.UnitOffset && Lanes.Handles(x) && _weight.Value.dtype == type)
            return RmsNormKernel.Forward(x, _weight.Value, epsilon, roundsFirst: kind == RmsNormKind.ScaleInInputType);
        using var scope = NewDisposeScope();
        var result = kind switch
        {
            RmsNormKind.UnitOffset => Ops.RmsNorm(x.Widen(), _weight.Value.Widen().Plus(1), epsilon).to(type), // [..., D]
            RmsNormKind.ScaleInFloat32 => Ops.RmsNorm(x.Widen(), _weight.Value.Widen(), epsilon).to(type), // [..., D]
            _ when type == Precision.Wide(type) => Ops.RmsNorm(x, _weight.Value, epsilon), // [..., D]
            _ => Ops.RmsNorm(x.Widen(), null, epsilon).to(type) * _weight.Value, // [..., D]
        };
        return result.MoveToOuterDisposeScope();
    }
}
