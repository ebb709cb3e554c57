namespace TrlSharp.Mixtures;

/// <summary>In which order the streams of a mixture come.</summary>
public enum MixtureOrder
{
    /// <summary>One after another.</summary>
    Concatenate,

    /// <summary>By turns, so that at every moment the sizes taken stand as nearly as possible in the ratio of the weights.</summary>
    Interleave,
}
