using TorchSharp.Modules;

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
}
