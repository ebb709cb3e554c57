using System.Globalization;
using TrlSharp.Training;

namespace TrlSharp.Cli.Commands;

/// <summary>Prints a run as it goes: one line per log entry, evaluation and checkpoint.</summary>
internal sealed class RunProgress(Terminal terminal) : IProgress<RunEvent>
{
    private const double Gibibyte = 1L << 30;
    private int _total;

    public void Report(RunEvent value)
    {
        switch (value)
        {
            case RunEvent.Started started:
                _total = started.TotalUpdates;
                terminal.Line(Text($"training: {started.TotalUpdates} updates, {started.Epochs} epoch{(started.Epochs == 1 ? "" : "s")}{(started.FirstUpdate > 0 ? Text($", from update {started.FirstUpdate + 1}") : "")}"));
                break;
            case RunEvent.Planned { Plan: var plan }: PlanReport.Print(terminal, plan); break;
            case RunEvent.Logged { Entry: var entry }: Log(entry); break;
            case RunEvent.Evaluated { Entry: var entry }: terminal.Line($"evaluation after {entry.Step}: {string.Join(", ", entry.Values.Select(v => Text($"{v.Name} {v.Value:G5}")))}"); break;
            case RunEvent.Sampled sampled:
                foreach (var sample in sampled.Samples) terminal.Line(Text($"after {sampled.Update}: {OneLine(sample.Prompt)} → {OneLine(sample.Answer)}"));
                break;
            case RunEvent.Ended { Entry: var entry }: terminal.Line(Text($"trained: {entry.Step} updates, {entry["num_tokens"]:N0} tokens, mean loss {entry["train_loss"]:F4}")); break;
            case RunEvent.Saved saved: terminal.Line($"saved {saved.Folder}"); break;
            case RunEvent.Notice notice: terminal.Line($"note: {notice.Text}"); break;
        }
    }

    private void Log(LogEntry entry)
    {
        var machine = entry.Machine.ToDictionary(m => m.Name, m => m.Value);
        var line = Text($"{entry.Step,6}/{_total}  loss {entry["loss"]:F4}  grad_norm {entry["grad_norm"]:F3}  lr {entry["learning_rate"]:G4}  accuracy {100 * entry["mean_token_accuracy"]:F1} %");
        if (machine.TryGetValue("tokens_per_second", out var speed)) line += Text($"  {speed:N0} tokens/s");
        if (machine.TryGetValue("gemm_share", out var share)) line += Text($" ({100 * share:F0} % of GEMM)");
        if (machine.TryGetValue("memory_bytes", out var memory)) line += Text($"  {memory / Gibibyte:F1} GiB");
        if (machine.TryGetValue("eta_seconds", out var left)) line += $"  left {Duration(left)}";
        terminal.Line(line);
    }

    /// <summary>Days, where there are some, hours, minutes and seconds.</summary>
    public static string Duration(double seconds)
    {
        var time = TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue));
        return time.Days > 0 ? Text($"{time.Days} d {time:hh\\:mm\\:ss}") : Text($"{time:hh\\:mm\\:ss}");
    }

    /// <summary>What a model writes must not steer the terminal.</summary>
    private static string OneLine(string text) => string.Concat(text.Select(c => c == '\n' ? '⏎' : char.IsControl(c) ? '�' : c));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
