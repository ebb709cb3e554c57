namespace TrlSharp.Tokenization.PreTokenizers;

/// <summary>What becomes of the matches when a text is split at them. For <c>the-final--countdown</c> split at <c>-</c>:</summary>
internal enum SplitBehavior
{
    /// <summary>the, final, countdown.</summary>
    Removed,

    /// <summary>the, -, final, -, -, countdown.</summary>
    Isolated,

    /// <summary>the-, final-, -, countdown.</summary>
    MergedWithPrevious,

    /// <summary>the, -final, -, -countdown.</summary>
    MergedWithNext,

    /// <summary>the, -, final, --, countdown.</summary>
    Contiguous,
}
