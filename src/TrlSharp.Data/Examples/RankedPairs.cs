namespace TrlSharp.Examples;

/// <summary>Which preference pairs are made of a list of ranked answers. Equal ranks never make a pair.</summary>
public enum RankedPairs
{
    /// <summary>Every answer against every lower one: up to n(n−1)/2 pairs.</summary>
    All,

    /// <summary>The best against each lower one: up to n−1 pairs.</summary>
    BestVersusRest,

    /// <summary>The best against the worst: one pair.</summary>
    BestVersusWorst,
}
