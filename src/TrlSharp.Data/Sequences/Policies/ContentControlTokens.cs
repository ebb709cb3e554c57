namespace TrlSharp.Sequences.Policies;

/// <summary>What becomes of content that spells a control token.</summary>
public enum ContentControlTokens
{
    /// <summary>Plain text tokens, never the control id. The default.</summary>
    Text,

    /// <summary>The control id, as most trainers do.</summary>
    Parse,

    /// <summary>Refuse the row.</summary>
    Error,
}
