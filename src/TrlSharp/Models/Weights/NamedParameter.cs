using TorchSharp.Modules;
using TrlSharp.Adapters;
using static TorchSharp.torch;

namespace TrlSharp.Models.Weights;

/// <summary>A parameter and its name in the checkpoint. Modules hold this and not the tensor, so that the tensor can be exchanged (a trained copy of the base's).</summary>
/// <param name="name">The name in the checkpoint file.</param>
/// <param name="value">The tensor.</param>
/// <param name="trainable">False for buffers: stored, but never given a gradient.</param>
internal sealed class NamedParameter(string name, Parameter value, bool trainable)
{
    public string Name => name;

    public bool Trainable => trainable;

    public Parameter Value { get; set; } = value;

    /// <summary>What adapters add to the parameter as a whole, where its family computes with <see cref="Adapted"/>.</summary>
    public List<LoraParameter> Adapters { get; } = [];

    /// <summary>The tensor that the model computes with: the value, and what adapters add to it.</summary>
    public Tensor Adapted()
    {
        if (Adapters.Count == 0) return Value;
        using var scope = NewDisposeScope();
        Tensor adapted = Value;
        foreach (var adapter in Adapters) adapted = adapter.Add(adapted);
        return ReferenceEquals(adapted, Value) ? adapted : adapted.MoveToOuterDisposeScope();
    }
}
