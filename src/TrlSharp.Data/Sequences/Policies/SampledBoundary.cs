namespace TrlSharp.Sequences.Policies;

/// <summary>How text is tokenised where a trained turn begins.</summary>
public enum SampledBoundary
{
    /// <summary>Prompt and answer are tokenised apart, as an engine has them in its cache. The default.</summary>
    Prompt,

    /// <summary>Tokenised through, as a history is when it is sent again.</summary>
    Joint,
}
