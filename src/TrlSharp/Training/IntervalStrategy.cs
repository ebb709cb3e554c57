namespace TrlSharp.Training;

/// <summary>When something happens during a run.</summary>
public enum IntervalStrategy
{
    /// <summary>Never.</summary>
    No,

    /// <summary>Every so many updates.</summary>
    Steps,

    /// <summary>At the end of every epoch.</summary>
    Epoch,

    /// <summary>Whenever an evaluation is the best so far. For saving only.</summary>
    Best,
}
