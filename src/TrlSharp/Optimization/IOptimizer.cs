using static TorchSharp.torch;

namespace TrlSharp.Optimization;

/// <summary>Moves parameters along their gradients.</summary>
public interface IOptimizer
{
    /// <summary>
    /// Everything that a restarted run needs to go on to the bit, under names that start with the parameter's. The tensors live as long as the optimizer; restoring means copying
    /// into them.
    /// </summary>
    IReadOnlyList<(string Name, Tensor Value)> State { get; }

    /// <summary>One update. Every parameter has a gradient of its own shape; gradients may be changed, and are not needed any more.</summary>
    /// <param name="rate">The learning rate of this update.</param>
    void Step(double rate);
}
