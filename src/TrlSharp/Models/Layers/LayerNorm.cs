using TrlSharp.Models.Weights;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>(x - mean) / sqrt(variance + ε) · w + b over the last dimension (Ba and others, arXiv:1607.06450).</summary>
/// <param name="weight">[D], or per head [N, D]; null for none (OLMo).</param>
/// <param name="bias">As the weight; null for none.</param>
/// <param name="epsilon">ε.</param>
/// <param name="unitOffset">Multiply by 1 + w (Nemotron).</param>
internal sealed class LayerNorm(NamedParameter? weight, NamedParameter? bias, double epsilon, bool unitOffset = false) : IModule
{
    private NamedParameter? _weight = weight;
    private NamedParameter? _bias = bias;

    public IEnumerable<(string Name, NamedParameter Parameter)> Parameters
    {
        get
        {
            if (_weight is not null) yield return ("weight", _weight);
            if (_bias is not null) yield return ("bias", _bias);
        }
    }

    public void Replace(string name, NamedParameter parameter)
    {
        if (name == "weight") _weight = parameter;
        else _bias = parameter;
    }

    /// <summary>[..., D] → [..., D]</summary>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var scale = _weight is null ? null : unitOffset ? _weight.Value.Plus(1) : _weight.Value; // [D]
        if (scale is null || scale.dim() == 1) return nn.functional.layer_norm(x, [x.size(-1)], scale, _bias?.Value, epsilon).MoveToOuterDisposeScope(); // [..., D]
        var normed = nn.functional.layer_norm(x.Widen(), [x.size(-1)], eps: epsilon) * scale.Widen(); // [T, N, D]
        return normed.to(x.dtype).MoveToOuterDisposeScope(); // [T, N, D]
    }
}
