namespace TrlSharp.Training;

/// <summary>Held-out data in batches.</summary>
/// <param name="Name">Part of the metric names, <c>eval_NAME_loss</c>; empty for <c>eval_loss</c>.</param>
/// <param name="Batches">Rows in each batch, and how it is made when its turn comes.</param>
/// <typeparam name="TBatch">What the method evaluates on.</typeparam>
public sealed record EvaluationSet<TBatch>(string Name, IReadOnlyList<(int Rows, Func<TBatch> Collate)> Batches)
{
    /// <summary>Goes through the set.</summary>
    /// <returns>Loss, entropy and accuracy as means over trained tokens (or as TRL takes them), under the names they are logged with.</returns>
    internal IReadOnlyList<(string Name, double Value)> Evaluate(IObjective<TBatch> objective, TrlBehaviours like, CancellationToken stop)
    {
        var sums = default(Losses.BatchLoss);
        var (rowLoss, rows, entropy, accuracy) = (0.0, 0, 0.0, 0.0);
        foreach (var (count, collate) in Batches)
        {
            stop.ThrowIfCancellationRequested();
            using var scope = TorchSharp.torch.NewDisposeScope();
            var loss = objective.Evaluate(collate());
            sums += loss;
            rowLoss += Mean(loss.Sum, loss.Divisor) * count;
            rows += count;
            entropy += Mean(loss.Entropy, loss.Trained);
            accuracy += Mean(loss.Correct, loss.Trained);
        }

        var prefix = Name.Length == 0 ? "eval_" : $"eval_{Name}_";
        return like.HasFlag(TrlBehaviours.EvaluationMeans)
            ? [(prefix + "loss", Mean(rowLoss, rows)), (prefix + "entropy", Mean(entropy, Batches.Count)), (prefix + "mean_token_accuracy", Mean(accuracy, Batches.Count))]
            : [(prefix + "loss", Mean(sums.Sum, sums.Divisor)), (prefix + "entropy", Mean(sums.Entropy, sums.Trained)), (prefix + "mean_token_accuracy", Mean(sums.Correct, sums.Trained))];
    }

    private static double Mean(double sum, double count) => count > 0 ? sum / count : 0;
}
