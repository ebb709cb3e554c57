using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>down(act(gate·x) ⊙ up·x) (Shazeer, arXiv:2002.05202). T tokens, D hidden size.</summary>
internal sealed class GatedMlp(Linear gate, Linear up, Linear down, Func<Tensor, Tensor> activation)
{
    /// <summary>Reads <c>intermediate_size</c> and <c>hidden_act</c> and creates <c>gate_proj</c>, <c>up_proj</c>, <c>down_proj</c>.</summary>
    public static GatedMlp Read(ConfigReader config, ParameterScope at, int hidden, bool bias = false) =>
        Create(at, hidden, config.Size("intermediate_size"), Activations.Find(config, "hidden_act", "silu"), bias);

    public static GatedMlp Create(ParameterScope at, int hidden, int inner, Func<Tensor, Tensor> activation, bool bias = false) =>
        new(at.Linear("gate_proj", hidden, inner, bias), at.Linear("up_proj", hidden, inner, bias), at.Linear("down_proj", inner, hidden, bias), activation);

    /// <summary>An expert: its maps are not offered to adapters one by one.</summary>
    public static GatedMlp CreateInner(ParameterScope at, int hidden, int inner, Func<Tensor, Tensor> activation) =>
        new(at.InnerLinear("gate_proj", hidden, inner), at.InnerLinear("up_proj", hidden, inner), at.InnerLinear("down_proj", inner, hidden), activation);

    /// <summary>[T, D] → [T, D]</summary>
    public Tensor Forward(Tensor x, ForwardContext context) => Forward(x);

    /// <summary>[T, D] → [T, D]</summary>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var both = Linear.Forward(x, gate, up); // 2 × [T, F]
        return down.Forward(Activations.Gate(activation, both[0], both[1])).MoveToOuterDisposeScope(); // [T, D]
    }
}
