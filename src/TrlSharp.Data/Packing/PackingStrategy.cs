namespace TrlSharp.Packing;

/// <summary>How sequences share rows.</summary>
public enum PackingStrategy
{
    /// <summary>Ours: whole sequences, over all of them (or a window), never more rows than <see cref="Bfd"/>. Too long a sequence is an error here.</summary>
    BestFit,

    /// <summary>TRL's <c>bfd</c>: best fit decreasing within chunks of 1000 sequences; what is longer than a row is cut off and lost.</summary>
    Bfd,

    /// <summary>TRL's <c>bfd_split</c>: as <see cref="Bfd"/>, but long sequences are cut into pieces. A piece after the first starts without its context.</summary>
    BfdSplit,

    /// <summary>TRL's <c>wrapped</c>: sequences run into each other and are cut every row; attention crosses them. For plain text only.</summary>
    Wrapped,
}
