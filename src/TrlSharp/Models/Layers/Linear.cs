using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>x·Wᵀ + b. T rows, I inputs, O outputs.</summary>
internal sealed class Linear(string path, NamedParameter weight, NamedParameter? bias)
{
    /// <summary>The module's path in transformers.</summary>
    public string Path => path;

    /// <summary>[O, I]</summary>
    public NamedParameter Weight => weight;

    /// <summary>[O], or null.</summary>
    public NamedParameter? Bias => bias;

    /// <summary>[T, I] → [T, O]</summary>
    public Tensor Forward(Tensor x) => nn.functional.linear(x, weight.Value, bias?.Value); // [T, O]
}
