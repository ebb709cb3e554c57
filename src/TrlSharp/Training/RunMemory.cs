using TrlSharp.Models;
using TrlSharp.Optimization;

namespace TrlSharp.Training;

/// <summary>Bytes that a run holds, estimated from sizes: the same on every machine.</summary>
public sealed record RunMemory
{
    /// <summary>The weights.</summary>
    public required long Weights { get; init; }

    /// <summary>The gradient.</summary>
    public required long Gradient { get; init; }

    /// <summary>The optimizer's state, masters included.</summary>
    public required long Optimizer { get; init; }

    /// <summary>What the largest micro-batch keeps for the backward pass.</summary>
    public required long Activations { get; init; }

    /// <summary>All of it.</summary>
    public long Total => Weights + Gradient + Optimizer + Activations;

    internal static RunMemory Of(ICausalLM model, IOptimizer optimizer, long tokens) => new()
    {
        Weights = model.Parameters.Sum(p => p.Value.numel() * p.Value.element_size()),
        Gradient = model.Parameters.Where(p => p.Value.requires_grad).Sum(p => p.Value.numel() * sizeof(float)),
        Optimizer = optimizer.State.Sum(s => s.Value.numel() * s.Value.element_size()),
        Activations = (long)(ActivationMemory.PerToken(model) * tokens),
    };
}
