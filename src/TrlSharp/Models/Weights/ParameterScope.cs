using TrlSharp.Models.Layers;

namespace TrlSharp.Models.Weights;

/// <summary>A place in the module tree of transformers, where a family creates its modules under their checkpoint names.</summary>
internal sealed class ParameterScope(ParameterStore store, string path = "")
{
    /// <summary>A child module.</summary>
    public ParameterScope this[string name] => new(store, Join(name));

    /// <summary>A numbered child: <c>layers.3</c>.</summary>
    public ParameterScope this[string list, int index] => this[FormattableString.Invariant($"{list}.{index}")];

    public ParameterStore Store => store;

    /// <summary>A linear map; LoRA can be attached to it.</summary>
    /// <param name="name">The module's name.</param>
    /// <param name="inputs">Columns of the weight.</param>
    /// <param name="outputs">Rows of the weight.</param>
    /// <param name="bias">Whether the checkpoint has a bias.</param>
    public Linear Linear(string name, int inputs, int outputs, bool bias = false)
    {
        var module = this[name];
        return store.AddModule(Join(name), new Linear(
            Join(name),
            module.Parameter("weight", InitialValue.Normal, outputs, inputs),
            bias ? module.Parameter("bias", InitialValue.Zero, outputs) : null));
    }

    /// <summary>A linear map whose weight is stored [inputs, outputs], with bias: transformers' Conv1D.</summary>
    public Linear TransposedLinear(string name, int inputs, int outputs) =>
        store.AddModule(Join(name), new Linear(
            Join(name), this[name].Parameter("weight", InitialValue.Normal, inputs, outputs), this[name].Parameter("bias", InitialValue.Zero, outputs), isTransposed: true));

    /// <summary>A linear map inside a module that adapters take as a whole: an expert, a router.</summary>
    public Linear InnerLinear(string name, int inputs, int outputs, bool bias = false) =>
        new(Join(name), this[name].Parameter("weight", InitialValue.Normal, outputs, inputs), bias ? this[name].Parameter("bias", InitialValue.Zero, outputs) : null);

    /// <summary>A layer norm with a weight and, usually, a bias.</summary>
    public LayerNorm LayerNorm(string name, int size, double epsilon, bool bias = true, bool unitOffset = false) =>
        store.AddModule(Join(name), new LayerNorm(
            this[name].Parameter("weight", unitOffset ? InitialValue.Zero : InitialValue.One, size),
            bias ? this[name].Parameter("bias", InitialValue.Zero, size) : null,
            epsilon,
            unitOffset));

    public RmsNorm RmsNorm(string name, int size, double epsilon, RmsNormKind kind = RmsNormKind.ScaleInInputType) =>
        store.AddModule(Join(name), new RmsNorm(
            this[name].Parameter("weight", kind == RmsNormKind.UnitOffset ? InitialValue.Zero : InitialValue.One, size), epsilon, kind));

    /// <summary>The weights of all experts in one tensor of three dimensions; low-rank additions can be attached to it.</summary>
    /// <param name="name">The parameter's name.</param>
    /// <param name="isInputsFirst">Whether an expert's matrix is [inputs, outputs].</param>
    /// <param name="shape">Experts, rows, columns.</param>
    public NamedParameter Experts(string name, bool isInputsFirst, params ReadOnlySpan<long> shape) =>
        store.AddExperts(Join(name), Parameter(name, InitialValue.Normal, shape), isInputsFirst);

    public NamedParameter Parameter(string name, InitialValue initial, params ReadOnlySpan<long> shape) => store.Add(Join(name), shape, initial, trainable: true);

    /// <summary>A tensor of the checkpoint that is not trained.</summary>
    public NamedParameter Buffer(string name, InitialValue initial, params ReadOnlySpan<long> shape) => store.Add(Join(name), shape, initial, trainable: false);

    public string Join(string name) => path.Length == 0 ? name : $"{path}.{name}";
}
