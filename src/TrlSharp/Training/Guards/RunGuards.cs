using System.Globalization;

namespace TrlSharp.Training.Guards;

/// <summary>What is looked at after every update, and said at once: a first loss worse than guessing, updates without trained tokens, losses that jump. Nothing here changes the run.</summary>
/// <param name="worstStart">The loss of guessing, ln V; null where losses are not comparable with it.</param>
/// <param name="origins">Where rows come from, for messages.</param>
/// <param name="tell">Told one sentence or two.</param>
internal sealed class RunGuards(double? worstStart, Func<IReadOnlyList<int>, string> origins, Action<string> tell)
{
    /// <summary>How much worse than guessing the first loss may be: a fresh model with large initial weights is a little worse.</summary>
    private const double StartTolerance = 1.2;

    /// <summary>Fewer tokens say nothing.</summary>
    private const int FewestTokens = 32;
    private readonly LossWatch _watch = new();
    private bool _saidUntrained;

    /// <param name="update">Updates done, this one included.</param>
    /// <param name="microBatches">Its rows.</param>
    /// <param name="step">What it came to.</param>
    public void Look(int update, IReadOnlyList<int[]> microBatches, StepResult step)
    {
        if (step.Divisor <= 0)
        {
            if (!_saidUntrained) tell(Text($"update {update} has no trained token ({origins([.. microBatches.SelectMany(m => m)])}); the weights {(step.Applied ? "move by momentum only" : "stay as they are")}. This is said once."));
            _saidUntrained = true;
            return;
        }

        if (update == 1 && worstStart is { } guessing && step.Loss > StartTolerance * guessing && step.MicroBatches.Sum(m => m.Trained) >= FewestTokens)
            tell(Text($"the first loss is {step.Loss:F2}, worse than guessing among all tokens ({guessing:F2}): tokenizer and model do not belong together, or the weights are damaged."));
        if (_watch.Spike(step.Loss) is not { } usual) return;
        var worst = Enumerable.Range(0, microBatches.Count).MaxBy(i => step.MicroBatches[i].Divisor > 0 ? step.MicroBatches[i].Sum / step.MicroBatches[i].Divisor : 0);
        tell(Text($"update {update}: the loss jumped to {step.Loss:F3} from {usual:F3}. It is highest in micro-batch {worst + 1} of {microBatches.Count}: {origins(microBatches[worst])}."));
    }

    /// <summary>A fault of an update with the rows that it read.</summary>
    public NumericException WithRows(NumericException fault, IReadOnlyList<int[]> microBatches) => new($"{fault.Message} They are {origins([.. microBatches.SelectMany(m => m)])}.", fault);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
