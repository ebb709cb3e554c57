namespace TrlSharp.Sequences.Policies;

/// <summary>What the weights of a turn add up to.</summary>
public enum TurnWeight
{
    /// <summary>Every token has its own weight, long turns weigh more. The default.</summary>
    Token,

    /// <summary>The weights of each trained turn are scaled to sum to 1.</summary>
    Turn,

    /// <summary>The weights of each example are scaled to sum to 1.</summary>
    Example,
}
