namespace TrlSharp.Training.Reports;

/// <summary>A file that log entries go to.</summary>
internal interface ILogSink : IDisposable
{
    /// <summary>Writes an entry, which another process can read when this returns.</summary>
    void Add(LogEntry entry);
}
