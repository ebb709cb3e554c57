using System.Globalization;
using TrlSharp.Training;

namespace TrlSharp.Cli.Commands;

/// <summary>Prints a run as it goes: one line per log entry, with the speed since the last.</summary>
internal sealed class RunProgress(Terminal terminal, TimeProvider? clock = null) : IProgress<RunEvent>
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private long _loggedAt;
    private double _loggedTokens;
    private int _total;
    private int _loggedStep;

    public void Report(RunEvent value)
    {
        switch (value)
        {
            case RunEvent.Started started:
                _total = started.TotalUpdates;
                _loggedAt = _clock.GetTimestamp();
                terminal.Line(Text($"training: {started.TotalUpdates} updates, {started.Epochs} epoch{(started.Epochs == 1 ? "" : "s")}"));
                break;
            case RunEvent.Logged { Entry: var entry }: Log(entry); break;
            case RunEvent.Evaluated { Entry: var entry }: terminal.Line($"evaluation after {entry.Step}: {string.Join(", ", entry.Values.Select(v => Text($"{v.Name} {v.Value:G5}")))}"); break;
            case RunEvent.Saved saved: terminal.Line($"saved {saved.Folder}"); break;
            case RunEvent.Notice notice: terminal.Line($"note: {notice.Text}"); break;
        }
    }

    private void Log(LogEntry entry)
    {
        var seconds = Math.Max(1e-9, _clock.GetElapsedTime(_loggedAt).TotalSeconds);
        var tokens = entry["num_tokens"] ?? 0;
        var speed = (tokens - _loggedTokens) / seconds;
        var left = TimeSpan.FromSeconds(seconds / Math.Max(1, entry.Step - _loggedStep) * (_total - entry.Step));
        terminal.Line(Text($"{entry.Step,6}/{_total}  loss {entry["loss"]:F4}  grad_norm {entry["grad_norm"]:F3}  lr {entry["learning_rate"]:G4}  accuracy {100 * entry["mean_token_accuracy"]:F1} %  {speed:N0} tokens/s  left {left:hh\\:mm\\:ss}"));
        (_loggedAt, _loggedTokens, _loggedStep) = (_clock.GetTimestamp(), tokens, entry.Step);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
