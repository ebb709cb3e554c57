namespace TrlSharp.Sequences.Policies;

/// <summary>What becomes of an example longer than the limit.</summary>
public enum OverflowRule
{
    /// <summary>The row is dropped and counted. The default.</summary>
    Drop,

    /// <summary>The run stops.</summary>
    Error,

    /// <summary>The oldest turns go, never the instructions, never half a turn; the rest is rendered again.</summary>
    TurnsLeft,

    /// <summary>The newest turns go; the rest is rendered again.</summary>
    TurnsRight,

    /// <summary>Several examples of whole turns; each turn is trained once.</summary>
    Split,

    /// <summary>Tokens beyond the limit go; the cut turn has no stop.</summary>
    TokenRight,

    /// <summary>Tokens before the last limit tokens go.</summary>
    TokenLeft,
}
