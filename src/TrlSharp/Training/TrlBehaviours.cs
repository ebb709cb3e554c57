namespace TrlSharp.Training;

/// <summary>Habits of TRL that differ from what is right or most useful, each kept only on request, for comparison with its runs.</summary>
[Flags]
public enum TrlBehaviours
{
    /// <summary>None: the default.</summary>
    None = 0,

    /// <summary>Logged entropy and accuracy are means over micro-batches of their means. By default every trained token counts the same.</summary>
    LogMeans = 1,

    /// <summary>The evaluation loss weights the mean of each batch by its rows, and so depends on the batch size. By default every trained token counts the same.</summary>
    EvaluationMeans = 2,

    /// <summary>A step without any trained token still moves the weights, by AdamW's momentum and weight decay. By default such a step changes nothing.</summary>
    UntrainedSteps = 4,

    /// <summary><c>num_tokens</c> and the averages of the running log window start anew when a run is resumed. By default both go on, so that a resumed run logs what an undisturbed one does.</summary>
    TokenCount = 8,

    /// <summary>All of them.</summary>
    All = LogMeans | EvaluationMeans | UntrainedSteps | TokenCount,
}
