using Microsoft.Extensions.Logging;
using TrlSharp.Sft;
using TrlSharp.Training;
using TrlSharp.Training.Reports;

namespace TrlSharp.Tests.Training.Reports;

public sealed class RunLoggerTests
{
    [Fact]
    public void A_run_is_told_in_sentences_with_named_values()
    {
        var lines = new Lines();
        var options = new SftOptions { Training = new() { MaxSteps = 4, LoggingSteps = 2, Optimizer = new() { LearningRate = 0.01 } } };
        SftTrainer.Train(new TinyModel(), TinyModel.Rows(20), options, progress: new RunLogger(lines), stop: TestContext.Current.CancellationToken);
        Assert.Equal("Training begins after update 0 of 4, 2 epochs", lines.Told[0].Text);
        Assert.Equal(4, lines.Told.Count(l => l.Level == LogLevel.Debug && l.Text.StartsWith("Update ", StringComparison.Ordinal)));
        var logged = lines.Told.Where(l => l.Text.StartsWith("Step ", StringComparison.Ordinal)).ToList();
        Assert.Equal([2, 4], logged.Select(l => (int)l.Values["Step"]!));
        Assert.All(logged, l => Assert.True((double)l.Values["Loss"]! > 0));
        Assert.Equal(2, lines.Scopes.Count(s => s.Any(v => v.Key == "mean_token_accuracy")));
    }

    [Fact]
    public void A_notice_is_a_warning()
    {
        var lines = new Lines();
        new RunLogger(lines).Report(new RunEvent.Notice("Look here."));
        Assert.Equal((LogLevel.Warning, "Look here."), (lines.Told[0].Level, lines.Told[0].Text));
    }

    private sealed class Lines : ILogger
    {
        public List<(LogLevel Level, string Text, IReadOnlyDictionary<string, object?> Values)> Told { get; } = [];

        public List<IEnumerable<KeyValuePair<string, object>>> Scopes { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            if (state is IEnumerable<KeyValuePair<string, object>> values) Scopes.Add(values);
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Told.Add((logLevel, formatter(state, exception), new Dictionary<string, object?>((IEnumerable<KeyValuePair<string, object?>>)state!)));
    }
}
