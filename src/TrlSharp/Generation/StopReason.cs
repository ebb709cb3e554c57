namespace TrlSharp.Generation;

/// <summary>Why a completion ended.</summary>
public enum StopReason
{
    /// <summary>Its last token is a stop token.</summary>
    StopToken,

    /// <summary>Its text holds a stop string.</summary>
    StopString,

    /// <summary>It has as many tokens as were allowed.</summary>
    MaxNewTokens,

    /// <summary>The model has no further positions (learned positions only).</summary>
    ContextFull,

    /// <summary>Generation was cancelled; the completion is what there was by then.</summary>
    Cancelled,
}
