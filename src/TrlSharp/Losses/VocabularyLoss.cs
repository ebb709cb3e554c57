using TorchSharp;
using static TorchSharp.torch;

namespace TrlSharp.Losses;

/// <summary>
/// Loss and gradient of rows of logits z, by formula. With p = softmax(z), y the target, ℓ = log Σ exp z and a factor f (1 for NLL, p_y held constant for DFT):
/// <code>
/// L     = f·[(1 - ε)·(ℓ - z_y) + ε·(ℓ - mean z)] + c·ℓ²
/// dL/dz = (f + 2·c·ℓ)·p - f·(1 - ε)·1_y - f·ε/V
/// </code>
/// </summary>
/// <remarks>c positions, V vocabulary. Computed in float32 whatever the type of the logits.</remarks>
internal static class VocabularyLoss
{
    /// <summary>Sums over the rows, and the gradient of <c>scale · Σ weight · loss</c> with respect to the logits.</summary>
    /// <param name="logits">[c, V]</param>
    /// <param name="targets">int64 [c]</param>
    /// <param name="weights">float32 [c]</param>
    /// <param name="options">The loss.</param>
    /// <param name="scale">One over the divisor of the step.</param>
    public static (BatchLoss Loss, Tensor Gradient) WithGradient(Tensor logits, Tensor targets, Tensor weights, LossOptions options, double scale)
    {
        using var scope = NewDisposeScope();
        var terms = new Terms(logits, targets, options);
        var pull = weights * terms.Factor * scale; // [c]
        var spread = options.ZLoss == 0 ? pull : pull + weights * terms.LogSum * (2 * options.ZLoss * scale); // [c]
        var gradient = terms.Probabilities; // [c, V]
        gradient.mul_(spread.unsqueeze(1));
        gradient.scatter_add_(1, targets.unsqueeze(1), (pull * -(1 - options.LabelSmoothing)).unsqueeze(1));
        if (options.LabelSmoothing > 0) gradient.sub_((pull * (options.LabelSmoothing / logits.size(1))).unsqueeze(1));
        return (terms.Sum(weights), gradient.to_type(logits.dtype).MoveToOuterDisposeScope());
    }

    /// <summary>Sums over the rows.</summary>
    /// <inheritdoc cref="WithGradient"/>
    public static BatchLoss Of(Tensor logits, Tensor targets, Tensor weights, LossOptions options)
    {
        using var scope = NewDisposeScope();
        return new Terms(logits, targets, options).Sum(weights);
    }

    private sealed class Terms
    {
        private readonly Tensor _loss; // [c]
        private readonly long _correct;
        private readonly double _entropy;

        public Terms(Tensor logits, Tensor targets, LossOptions options)
        {
            var z = logits.to_type(ScalarType.Float32); // [c, V]
            LogSum = z.logsumexp(1); // [c]
            var score = LogSum - z.gather(1, targets.unsqueeze(1)).squeeze(1); // [c]
            Factor = options.Kind == TokenLossKind.Dft ? score.neg().exp_() : ones_like(score); // [c]
            Probabilities = (z - LogSum.unsqueeze(1)).exp_(); // [c, V]
            var mean = options.LabelSmoothing > 0 ? score * (1 - options.LabelSmoothing) + (LogSum - z.mean([1])) * options.LabelSmoothing : score; // [c]
            _loss = Factor * mean; // [c]
            if (options.ZLoss > 0) _loss += LogSum.square() * options.ZLoss;
            _correct = z.argmax(1).eq(targets).sum().ToInt64();
            var expected = Probabilities.unsqueeze(1).bmm(z.unsqueeze(2)).reshape(-1); // [c]: Σ p·z without a copy of the size of z
            _entropy = (LogSum - expected).sum(type: ScalarType.Float64).ToDouble();
        }

        public Tensor LogSum { get; } // [c]

        public Tensor Factor { get; } // [c]

        public Tensor Probabilities { get; } // [c, V]

        public BatchLoss Sum(Tensor weights) => new()
        {
            Sum = (_loss * weights).sum(type: ScalarType.Float64).ToDouble(),
            Trained = weights.size(0),
            Correct = _correct,
            Entropy = _entropy,
        };
    }
}
