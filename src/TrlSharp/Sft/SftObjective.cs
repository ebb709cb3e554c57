using TrlSharp.Batches;
using TrlSharp.Losses;
using TrlSharp.Models;
using TrlSharp.Training;

namespace TrlSharp.Sft;

/// <summary>The weighted loss of the trained tokens of packed rows.</summary>
public sealed class SftObjective(ICausalLM model, LossOptions loss, LossNormalization normalization) : IObjective<PackedBatch>
{
    /// <inheritdoc/>
    public double Divisor(IReadOnlyList<PackedBatch> microBatches)
    {
        var divisor = microBatches.Sum(b => b.Divisor);
        return divisor > 0 ? normalization.FixedDivisor ?? divisor : 0;
    }

    /// <inheritdoc/>
    public BatchLoss Backward(PackedBatch batch, double divisor, ulong seed)
    {
        model.TrainingSeed = seed;
        try
        {
            return TokenLoss.Backward(model, batch, loss, divisor);
        }
        finally
        {
            model.TrainingSeed = null;
        }
    }

    /// <inheritdoc/>
    public BatchLoss Evaluate(PackedBatch batch) => TokenLoss.Evaluate(model, batch, loss);
}
