namespace TrlSharp.Conversations;

/// <summary>What a <see cref="MaskFault"/> does.</summary>
public enum Severity
{
    /// <summary>Kept in the audit only.</summary>
    Silent,

    /// <summary>Counted and shown.</summary>
    Warning,

    /// <summary>The row is refused.</summary>
    Error,
}
