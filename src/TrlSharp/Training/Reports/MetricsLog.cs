using System.Text;
using System.Text.Json.Nodes;

namespace TrlSharp.Training.Reports;

/// <summary>metrics.jsonl: one line per log entry and evaluation. A resumed run goes on where its checkpoint was, so no line is there twice.</summary>
internal sealed class MetricsLog : ILogSink
{
    public const string Name = "metrics.jsonl";
    private readonly FileStream _file;

    /// <param name="folder">The run's folder.</param>
    /// <param name="history">What was logged before; empty for a new run.</param>
    public MetricsLog(string folder, IEnumerable<LogEntry> history)
    {
        var path = Path.Combine(folder, Name);
        var staged = Path.Combine(folder, $".{Name}.tmp");
        File.WriteAllText(staged, string.Concat(history.Select(Line)), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.Move(staged, path, overwrite: true);
        _file = new(path, FileMode.Append, FileAccess.Write, FileShare.Read);
    }

    public void Add(LogEntry entry)
    {
        _file.Write(Encoding.UTF8.GetBytes(Line(entry)));
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();

    private static string Line(LogEntry entry)
    {
        var line = new JsonObject { ["step"] = entry.Step, ["epoch"] = entry.Epoch };
        foreach (var (name, value) in entry.Values.Concat(entry.Machine)) line[name] = TrainerStateFile.Number(value);
        return line.ToJsonString() + "\n";
    }
}
