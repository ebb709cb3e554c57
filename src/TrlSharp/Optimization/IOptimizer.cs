using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TrlSharp.Optimization;

/// <summary>Moves parameters along their gradients.</summary>
public interface IOptimizer
{
    /// <summary>What it moves; gradients come in this order.</summary>
    IReadOnlyList<(string Name, Parameter Value)> Parameters { get; }

    /// <summary>
    /// Everything that a restarted run needs to go on to the bit, under unique names. The tensors live as long as the optimizer; restoring means copying into them.
    /// </summary>
    IReadOnlyList<(string Name, Tensor Value)> State { get; }

    /// <summary>One update.</summary>
    /// <param name="gradients">float32, one for each of <see cref="Parameters"/>. May be changed, and are not needed any more.</param>
    /// <param name="rate">The learning rate of this update.</param>
    /// <param name="factor">What gradients are to be multiplied by first: clipping, where it costs no pass of its own. Default 1.</param>
    void Step(Tensor[] gradients, double rate, double factor = 1);
}
