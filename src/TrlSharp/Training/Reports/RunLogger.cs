using Microsoft.Extensions.Logging;

namespace TrlSharp.Training.Reports;

/// <summary>
/// Tells a run to an <see cref="ILogger"/>: notices as warnings; start, log entries, evaluations and checkpoints as information, with step, loss and the other values as named
/// properties; every single update as debugging.
/// </summary>
/// <param name="logger">Where it is told.</param>
public sealed partial class RunLogger(ILogger logger) : IProgress<RunEvent>
{
    private readonly ILogger _logger = logger;

    /// <inheritdoc/>
    public void Report(RunEvent value)
    {
        switch (value)
        {
            case RunEvent.Started started: Started(started.FirstUpdate, started.TotalUpdates, started.Epochs); break;
            case RunEvent.Updated updated: Updated(updated.Update, updated.Step.Loss); break;
            case RunEvent.Logged { Entry: var entry }: With(entry, () => Logged(entry.Step, entry.Epoch, entry["loss"], entry["grad_norm"], entry["learning_rate"])); break;
            case RunEvent.Evaluated { Entry: var entry }: With(entry, () => Evaluated(entry.Step, string.Join(", ", entry.Values.Select(Text)))); break;
            case RunEvent.Ended { Entry: var entry }: With(entry, () => Ended(entry.Step, entry["train_loss"])); break;
            case RunEvent.Saved saved: Saved(saved.Folder); break;
            case RunEvent.Sampled sampled:
                foreach (var sample in sampled.Samples) Sampled(sampled.Update, sample.Prompt, sample.Answer);
                break;
            case RunEvent.Planned { Plan: var plan }: Planned(plan.Updates, plan.TokensOfRun, plan.Seconds); break;
            case RunEvent.Notice notice: Notice(notice.Text); break;
        }
    }

    /// <summary>All values of the entry are in the scope, whatever the sentence names.</summary>
    private void With(LogEntry entry, Action log)
    {
        using var scope = _logger.BeginScope(entry.Values.Concat(entry.Machine).Select(v => KeyValuePair.Create<string, object>(v.Name, v.Value)).ToList());
        log();
    }

    private static string Text((string Name, double Value) value) => FormattableString.Invariant($"{value.Name} {value.Value:G5}");

    [LoggerMessage(1, LogLevel.Information, "Training begins after update {FirstUpdate} of {TotalUpdates}, {Epochs} epochs")]
    private partial void Started(int firstUpdate, int totalUpdates, int epochs);

    [LoggerMessage(2, LogLevel.Debug, "Update {Update}: loss {Loss}")]
    private partial void Updated(int update, double loss);

    [LoggerMessage(3, LogLevel.Information, "Step {Step}, epoch {Epoch}: loss {Loss}, grad_norm {GradientNorm}, learning_rate {LearningRate}")]
    private partial void Logged(int step, double epoch, double? loss, double? gradientNorm, double? learningRate);

    [LoggerMessage(4, LogLevel.Information, "Evaluation after step {Step}: {Values}")]
    private partial void Evaluated(int step, string values);

    [LoggerMessage(5, LogLevel.Information, "Saved {Folder}")]
    private partial void Saved(string folder);

    [LoggerMessage(6, LogLevel.Information, "After update {Update}: {Prompt} → {Answer}")]
    private partial void Sampled(int update, string prompt, string answer);

    [LoggerMessage(7, LogLevel.Information, "Planned: {Updates} updates, {Tokens} tokens, {Seconds} s")]
    private partial void Planned(int updates, long tokens, double? seconds);

    [LoggerMessage(9, LogLevel.Information, "Training ended after step {Step}: train_loss {TrainLoss}")]
    private partial void Ended(int step, double? trainLoss);

    [LoggerMessage(8, LogLevel.Warning, "{Notice}")]
    private partial void Notice(string notice);
}
