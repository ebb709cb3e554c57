namespace TrlSharp.Sequences.Policies;

/// <summary>Weight of a token whose characters have different weights.</summary>
public enum StraddleRule
{
    /// <summary>The least of them: nothing untrained is ever trained. The default.</summary>
    Min,

    /// <summary>The greatest of them.</summary>
    Max,

    /// <summary>That of its first character.</summary>
    Start,

    /// <summary>None occurs: the text is also cut at these borders before tokenising.</summary>
    Cut,
}
