using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Losses;

/// <summary>
/// Loss and gradient of rows of logits z, by formula. With p = softmax(z), y the target, ℓ = log Σ exp z and a factor f (1 for NLL, p_y held constant for DFT):
/// <code>
/// L     = f·[(1 - ε)·(ℓ - z_y) + ε·(ℓ - mean z)] + c·ℓ²
/// dL/dz = (f + 2·c·ℓ)·p - f·(1 - ε)·1_y - f·ε/V
/// </code>
/// </summary>
/// <remarks>c positions, V vocabulary. Computed in float32 whatever the type of the logits, sums over rows in float64 and in their order.</remarks>
internal static unsafe class VocabularyLoss
{
    /// <summary>Rows that a thread takes at a time.</summary>
    private const int Together = 8;

    /// <summary>Sums over the rows, and the gradient of <c>scale · Σ weight · loss</c> with respect to the logits.</summary>
    /// <param name="logits">[c, V]. Overwritten: the gradient takes their memory where their type is float32 or bfloat16.</param>
    /// <param name="targets">int64 [c]</param>
    /// <param name="weights">float32 [c]</param>
    /// <param name="options">The loss.</param>
    /// <param name="scale">One over the divisor of the step.</param>
    public static (BatchLoss Loss, Tensor Gradient) WithGradient(Tensor logits, Tensor targets, Tensor weights, LossOptions options, double scale)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        // The kernel writes past autograd: this tells it, so that a graph that needs these logits fails instead of reading something else.
        logits.narrow(0, 0, 0).zero_();
        var values = Readable(logits); // [c, V]
        var loss = Sum(values, targets, weights, options, scale);
        return (loss, values.to_type(logits.dtype).alias().MoveToOuterDisposeScope());
    }

    /// <summary>Sums over the rows.</summary>
    /// <inheritdoc cref="WithGradient"/>
    public static BatchLoss Of(Tensor logits, Tensor targets, Tensor weights, LossOptions options)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        return Sum(Readable(logits), targets, weights, options, scale: null);
    }

    private static Tensor Readable(Tensor logits)
    {
        var plain = logits.detach().contiguous(); // [c, V]
        return Lanes.Handles(plain) ? plain : plain.cpu().to_type(ScalarType.Float32);
    }

    private static BatchLoss Sum(Tensor logits, Tensor targets, Tensor weights, LossOptions options, double? scale)
    {
        var (rows, size) = (logits.size(0), logits.size(1));
        var (losses, entropies, correct) = (new double[rows], new double[rows], new bool[rows]);
        var (indices, factors) = (targets.cpu().data<long>().ToArray(), weights.cpu().data<float>().ToArray());
        var first = Ops.DataPointer(logits);
        var isWide = logits.dtype == ScalarType.Float32;
        PieceLoop.Run((int)((rows + Together - 1) / Together), RowLoop.Threads(rows, size * 4), () => new Scratch(scale is null ? 0 : Scratch.Padded(size)), (scratch, piece) =>
        {
            var powers = scale is null ? null : scratch.Memory;
            for (var row = (long)piece * Together; row < Math.Min(rows, (piece + 1L) * Together); row++)
            {
                (losses[row], entropies[row], correct[row]) = isWide
                    ? Row((float*)first + (row * size), size, powers, indices[row], factors[row], options, scale)
                    : Row((ushort*)first + (row * size), size, powers, indices[row], factors[row], options, scale);
            }
        });
        var result = new BatchLoss { Trained = rows, Correct = correct.LongCount(c => c), Entropy = entropies.Sum() };
        var sum = 0.0;
        for (var row = 0; row < rows; row++) sum += losses[row] * factors[row];
        return result with { Sum = sum };
    }

    private static (double Loss, double Entropy, bool IsCorrect) Row<T>(T* z, long size, float* powers, long target, float weight, LossOptions options, double? scale)
        where T : unmanaged
    {
        var sums = VocabularyKernel.Sums(z, size, powers);
        var (logSum, isCorrect) = (sums.LogSum, VocabularyKernel.IsFirst(z, target, sums.Largest));
        var score = logSum - Lanes.Scalar(z + target);
        var factor = options.Kind == TokenLossKind.Dft ? Math.Exp(-score) : 1;
        var mixed = options.LabelSmoothing > 0 ? (score * (1 - options.LabelSmoothing)) + ((logSum - sums.Mean) * options.LabelSmoothing) : score;
        if (scale is { } divided)
        {
            var pull = weight * factor * divided;
            var spread = pull + (weight * 2 * options.ZLoss * logSum * divided);
            VocabularyKernel.Gradient(z, size, powers, sums.Sum, target, spread, pull * options.LabelSmoothing / size, pull * (1 - options.LabelSmoothing));
        }

        return ((factor * mixed) + (options.ZLoss * logSum * logSum), logSum - sums.Expected, isCorrect);
    }
}
