using System.Globalization;

namespace TrlSharp.Losses;

/// <summary>Which loss a token gets. Everything combines with everything.</summary>
public sealed record LossOptions
{
    /// <summary>Negative log-likelihood, or DFT. Default <see cref="TokenLossKind.Nll"/>.</summary>
    public TokenLossKind Kind { get; init; }

    /// <summary>ε in [0, 1): the target gets 1 - ε, and ε is spread over the whole vocabulary (Szegedy et al. 2016, section 7). Default 0.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>c ≥ 0: adds c · (log Σ exp z)², which keeps logits from drifting (Chowdhery et al. 2022, section 5; they used 1e-4). Default 0.</summary>
    public double ZLoss { get; init; }

    /// <summary>
    /// Bytes that the float32 logits of one chunk may take. The head runs over the trained positions in chunks of this size, so that a long batch with a large
    /// vocabulary never has all its logits at once. Changes results by rounding only. Default null: 64 MiB, and 192 positions where these would be fewer, because every chunk reads the whole head
    /// three times.
    /// </summary>
    public long? LogitsBudget { get; init; }

    /// <summary>
    /// Weight of the load-balancing loss of mixtures of experts (Fedus et al. 2021, arXiv:2101.03961). A micro-batch counts with its share of the step's divisor, so that accumulation does not change the
    /// weight (in transformers every micro-batch adds the whole). Nothing for dense models. Default 0.
    /// </summary>
    public double RouterBalance { get; init; }

    internal IEnumerable<string> Problems()
    {
        if (!(RouterBalance >= 0) || double.IsInfinity(RouterBalance)) yield return string.Create(CultureInfo.InvariantCulture, $"router_aux_loss_coef is {RouterBalance}; it must be 0 or more.");
        if (!(LabelSmoothing is >= 0 and < 1)) yield return string.Create(CultureInfo.InvariantCulture, $"label_smoothing_factor is {LabelSmoothing}; it must be in [0, 1).");
        if (!(ZLoss >= 0) || double.IsInfinity(ZLoss)) yield return string.Create(CultureInfo.InvariantCulture, $"z_loss is {ZLoss}; it must be 0 or more.");
        if (LogitsBudget <= 0) yield return string.Create(CultureInfo.InvariantCulture, $"logits_budget is {LogitsBudget}; it must be a positive number of bytes.");
    }
}
