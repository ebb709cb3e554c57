using TrlSharp.Batches;
using TrlSharp.Losses;
using TrlSharp.Training;

namespace TrlSharp.Sft;

/// <summary>Supervised fine-tuning: how it trains.</summary>
public sealed record SftOptions
{
    /// <summary>Steps, optimizer, schedule, logs, checkpoints.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>The loss of a token. Default negative log-likelihood.</summary>
    public LossOptions Loss { get; init; } = new();

    /// <summary>What a step's loss is divided by. Default the sum of its weights.</summary>
    public LossNormalization Normalization { get; init; } = LossNormalization.Token;

    /// <summary>Refuses settings that cannot work.</summary>
    /// <exception cref="ConfigException">With everything that is wrong, one line each.</exception>
    internal void Check()
    {
        var problems = Training.Problems().Concat(Loss.Problems()).ToList();
        if (problems.Count > 0) throw new ConfigException(string.Join(Environment.NewLine, problems));
    }
}
