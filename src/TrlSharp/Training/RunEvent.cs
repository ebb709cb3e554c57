namespace TrlSharp.Training;

/// <summary>What a run tells whoever watches it, in the order in which it happens.</summary>
public abstract record RunEvent
{
    private RunEvent()
    {
    }

    /// <summary>The run begins.</summary>
    /// <param name="FirstUpdate">Updates already done: 0, or where it resumes.</param>
    /// <param name="TotalUpdates">Updates in all.</param>
    /// <param name="Epochs">Epochs that it begins.</param>
    public sealed record Started(int FirstUpdate, int TotalUpdates, int Epochs) : RunEvent;

    /// <summary>An update was made.</summary>
    /// <param name="Update">Updates done.</param>
    /// <param name="Step">What it came to.</param>
    public sealed record Updated(int Update, StepResult Step) : RunEvent;

    /// <summary>A log entry was written.</summary>
    /// <param name="Entry">The entry.</param>
    public sealed record Logged(LogEntry Entry) : RunEvent;

    /// <summary>The evaluation sets were gone through.</summary>
    /// <param name="Entry">The entry.</param>
    public sealed record Evaluated(LogEntry Entry) : RunEvent;

    /// <summary>A checkpoint lies complete under its name.</summary>
    /// <param name="Folder">Its path.</param>
    public sealed record Saved(string Folder) : RunEvent;

    /// <summary>Prompts were answered.</summary>
    /// <param name="Update">Updates done.</param>
    /// <param name="Samples">In the order of the prompts.</param>
    public sealed record Sampled(int Update, IReadOnlyList<RunSample> Samples) : RunEvent;

    /// <summary>The last update was made and logged.</summary>
    /// <param name="Entry"><c>train_loss</c>, the mean over all updates, and <c>num_tokens</c>.</param>
    public sealed record Ended(LogEntry Entry) : RunEvent;

    /// <summary>The run was planned and will not be made.</summary>
    /// <param name="Plan">What it would do.</param>
    public sealed record Planned(RunPlan Plan) : RunEvent;

    /// <summary>Something that the user should know, but that stops nothing.</summary>
    /// <param name="Text">One sentence or two.</param>
    public sealed record Notice(string Text) : RunEvent;
}
