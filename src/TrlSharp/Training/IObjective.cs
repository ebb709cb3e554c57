using TrlSharp.Losses;

namespace TrlSharp.Training;

/// <summary>Turns a micro-batch into a gradient. A training method is one implementation.</summary>
/// <typeparam name="TBatch">What the method learns from.</typeparam>
public interface IObjective<TBatch>
{
    /// <summary>What the loss of one optimizer step is divided by, known before the first forward pass; 0 when nothing in it is trained.</summary>
    double Divisor(IReadOnlyList<TBatch> microBatches);

    /// <summary>Adds the gradient of <c>loss / divisor</c> to the parameters and returns the sums, not divided.</summary>
    /// <param name="batch">What to learn from.</param>
    /// <param name="divisor">That of the whole step, above 0.</param>
    /// <param name="seed">Everything random in this pass is drawn from it, so that a pass can be repeated.</param>
    BatchLoss Backward(TBatch batch, double divisor, ulong seed);

    /// <summary>The sums without a gradient.</summary>
    BatchLoss Evaluate(TBatch batch);
}
