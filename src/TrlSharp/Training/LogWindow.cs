using TrlSharp.Losses;

namespace TrlSharp.Training;

/// <summary>What accumulates between two log entries, and over the run. Saved with every checkpoint, so that a resumed run logs the same.</summary>
internal sealed record LogWindow
{
    public int Updates { get; init; }

    public double Loss { get; init; }

    public BatchLoss Sums { get; init; }

    /// <summary>Σ over micro-batches of their mean entropy.</summary>
    public double MicroEntropy { get; init; }

    /// <summary>Σ over micro-batches of their accuracy.</summary>
    public double MicroAccuracy { get; init; }

    public int MicroBatches { get; init; }

    public LogWindow Add(StepResult step)
    {
        var next = this with { Updates = Updates + 1, Loss = Loss + step.Loss, MicroBatches = MicroBatches + step.MicroBatches.Count };
        foreach (var batch in step.MicroBatches)
        {
            next = next with
            {
                Sums = next.Sums + batch,
                MicroEntropy = next.MicroEntropy + Mean(batch.Entropy, batch.Trained),
                MicroAccuracy = next.MicroAccuracy + Mean(batch.Correct, batch.Trained),
            };
        }

        return next;
    }

    public double Entropy(TrlBehaviours like) => like.HasFlag(TrlBehaviours.LogMeans) ? Mean(MicroEntropy, MicroBatches) : Mean(Sums.Entropy, Sums.Trained);

    public double Accuracy(TrlBehaviours like) => like.HasFlag(TrlBehaviours.LogMeans) ? Mean(MicroAccuracy, MicroBatches) : Mean(Sums.Correct, Sums.Trained);

    private static double Mean(double sum, double count) => count > 0 ? sum / count : 0;
}
