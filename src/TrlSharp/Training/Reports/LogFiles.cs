namespace TrlSharp.Training.Reports;

/// <summary>The log files of a run, set back to where it goes on.</summary>
internal sealed class LogFiles : IDisposable
{
    /// <param name="options">Where they are, and which.</param>
    /// <param name="state">Where the run goes on.</param>
    /// <param name="clock">For time stamps.</param>
    public LogFiles(TrainingOptions options, TrainerState state, TimeProvider clock)
    {
        if (options.OutputFolder is not { } folder) return;
        SampleLog.Rewind(folder, state.GlobalStep > 0 ? state.GlobalStep : -1);
        Sinks = [new MetricsLog(folder, state.History), .. options.ReportTo.Contains("tensorboard") ? [new EventFile(folder, state.GlobalStep, clock)] : (IEnumerable<ILogSink>)[]];
    }

    public IReadOnlyList<ILogSink> Sinks { get; } = [];

    public void Dispose()
    {
        foreach (var sink in Sinks) sink.Dispose();
    }
}
