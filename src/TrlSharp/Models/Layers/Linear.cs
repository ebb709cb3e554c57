using TrlSharp.Adapters;
using TrlSharp.Models.Weights;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Layers;

/// <summary>x·Wᵀ + b, and what adapters add to it. T rows, I inputs, O outputs.</summary>
/// <param name="path">The module's path in transformers.</param>
/// <param name="weight">[O, I]</param>
/// <param name="bias">[O], or null.</param>
/// <param name="isTransposed">Whether the weight is stored [I, O] (GPT-2).</param>
internal sealed class Linear(string path, NamedParameter weight, NamedParameter? bias, bool isTransposed = false) : IModule
{
    public string Path => path;

    public NamedParameter Weight { get; private set; } = weight;

    public NamedParameter? Bias { get; private set; } = bias;

    public bool IsTransposed => isTransposed;

    /// <summary>Additions to this module, of all adapters.</summary>
    public List<ILinearAddition> Adapters { get; } = [];

    public IEnumerable<(string Name, NamedParameter Parameter)> Parameters => Bias is null ? [("weight", Weight)] : [("weight", Weight), ("bias", Bias)];

    public void Replace(string name, NamedParameter parameter)
    {
        if (name == "weight") Weight = parameter;
        else Bias = parameter;
    }

    /// <summary>[T, I] → [T, O]</summary>
    public Tensor Forward(Tensor x)
    {
        if (Adapters.Count == 0) return Base(x);
        using var scope = NewDisposeScope();
        var y = Base(x); // [T, O]
        foreach (var adapter in Adapters) y = adapter.Add(x, y); // [T, O]
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>Several maps of the same rows: [T, I] → [T, O] each.</summary>
    public static Tensor[] Forward(Tensor x, params ReadOnlySpan<Linear> maps)
    {
        var weights = new (Tensor, Tensor?)[maps.Length];
        var results = new Tensor[maps.Length];
        var together = true;
        for (var i = 0; i < maps.Length; i++)
        {
            weights[i] = (maps[i].Weight.Value, maps[i].Bias?.Value);
            together &= maps[i].Adapters.Count == 0 && maps[i].HasRowProduct(x);
        }

        if (together) return RowMatmul.Linear(x, weights); // [T, O] each
        for (var i = 0; i < maps.Length; i++) results[i] = maps[i].Forward(x);
        return results;
    }

    /// <summary>The weight as [O, I].</summary>
    public Tensor OutputsByInputs() => isTransposed ? Weight.Value.t() : Weight.Value.alias();

    private bool HasRowProduct(Tensor x) => !isTransposed && RowMatmul.Serves(x, Weight.Value);

    private Tensor Base(Tensor x)
    {
        if (HasRowProduct(x)) return RowMatmul.Linear(x, Weight.Value, Bias?.Value); // [T, O]
        if (!isTransposed) return LinearProduct.Forward(x, Weight.Value, Bias?.Value); // [T, O]
        using var transposed = Weight.Value.t(); // [O, I]
        return nn.functional.linear(x, transposed, Bias?.Value); // [T, O]
    }
}
