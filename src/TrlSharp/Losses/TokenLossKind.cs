namespace TrlSharp.Losses;

/// <summary>The loss of one token, given the probability p of its target.</summary>
public enum TokenLossKind
{
    /// <summary>-log p.</summary>
    Nll,

    /// <summary>-p · log p with the first p held constant: Dynamic Fine-Tuning (Wu et al. 2025, arXiv:2508.05629).</summary>
    Dft,
}
