using TrlSharp.Models.Weights;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>x·Wᵀ + b. T rows, I inputs, O outputs.</summary>
internal sealed class Linear(string path, NamedParameter weight, NamedParameter? bias, bool isTransposed = false)
{
    /// <summary>The module's path in transformers.</summary>
    public string Path => path;

    /// <summary>Whether the weight is stored [I, O].</summary>
    public bool IsTransposed => isTransposed;

    /// <summary>[O, I], or the other way round.</summary>
    public NamedParameter Weight => weight;

    /// <summary>[O], or null.</summary>
    public NamedParameter? Bias => bias;

    /// <summary>[T, I] → [T, O]</summary>
    public Tensor Forward(Tensor x)
    {
        if (!isTransposed) return nn.functional.linear(x, weight.Value, bias?.Value); // [T, O]
        using var scope = NewDisposeScope();
        return nn.functional.linear(x, weight.Value.t(), bias?.Value).MoveToOuterDisposeScope(); // [T, O]
    }
}
