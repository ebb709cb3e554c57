namespace TrlSharp.Losses;

/// <summary>Sums over a batch. Sums add up across micro-batches, data sets and ranks; means do not.</summary>
public readonly record struct BatchLoss
{
    /// <summary>Σ weight · loss, not divided by anything.</summary>
    public double Sum { get; init; }

    /// <summary>What <see cref="Sum"/> is to be divided by for the mean over this batch alone.</summary>
    public double Divisor { get; init; }

    /// <summary>Tokens that the model read.</summary>
    public long Tokens { get; init; }

    /// <summary>Positions with a weight above 0.</summary>
    public long Trained { get; init; }

    /// <summary>Trained positions whose likeliest token is the target.</summary>
    public long Correct { get; init; }

    /// <summary>Σ over trained positions of the entropy of the prediction, in nats.</summary>
    public double Entropy { get; init; }

    /// <summary>The load-balancing loss of the pass times <see cref="Divisor"/>, without its coefficient: sums of it weigh batches as the main loss does. 0 where it is off.</summary>
    public double RouterBalance { get; init; }

    /// <summary>Adds up two batches.</summary>
    public static BatchLoss operator +(BatchLoss a, BatchLoss b) => new()
    {
        Sum = a.Sum + b.Sum,
        Divisor = a.Divisor + b.Divisor,
        Tokens = a.Tokens + b.Tokens,
        Trained = a.Trained + b.Trained,
        Correct = a.Correct + b.Correct,
        Entropy = a.Entropy + b.Entropy,
        RouterBalance = a.RouterBalance + b.RouterBalance,
    };

    /// <inheritdoc cref="op_Addition"/>
    public static BatchLoss Add(BatchLoss left, BatchLoss right) => left + right;
}
