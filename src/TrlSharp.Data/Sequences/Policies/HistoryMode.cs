namespace TrlSharp.Sequences.Policies;

/// <summary>What happens where a template writes earlier turns otherwise than the model produces them.</summary>
public enum HistoryMode
{
    /// <summary>The fewest examples in which every trained turn is exactly what sampling gives. The default.</summary>
    Auto,

    /// <summary>One example per trained turn.</summary>
    Split,

    /// <summary>One example; the history form is trained although no engine produces it there. Announced loudly.</summary>
    AsRendered,

    /// <summary>Refuse the row.</summary>
    Error,
}
