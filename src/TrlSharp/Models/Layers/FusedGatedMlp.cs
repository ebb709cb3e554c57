using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>A gated MLP whose first two maps are one tensor, gate rows first (Phi-3, GLM). T tokens, D hidden size, F inner size.</summary>
internal sealed class FusedGatedMlp(Linear gateUp, Linear down, Func<Tensor, Tensor> activation)
{
    /// <summary>Reads <c>intermediate_size</c> and <c>hidden_act</c> and creates <c>gate_up_proj</c> and <c>down_proj</c>.</summary>
    public static FusedGatedMlp Read(ConfigReader config, ParameterScope at, int hidden)
    {
        var inner = config.Size("intermediate_size");
        return new(at.Linear("gate_up_proj", hidden, 2 * inner), at.Linear("down_proj", inner, hidden), Activations.Find(config, "hidden_act", "silu"));
    }

    /// <summary>[T, D] → [T, D]</summary>
    public Tensor Forward(Tensor x, ForwardContext context)
    {
        using var scope = NewDisposeScope();
        var both = gateUp.Forward(x).chunk(2, -1); // 2 × [T, F]
        return down.Forward(Activations.Gate(activation, both[0], both[1])).MoveToOuterDisposeScope(); // [T, D]
    }
}
