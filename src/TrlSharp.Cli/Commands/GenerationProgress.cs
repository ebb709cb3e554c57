using System.Globalization;
using TrlSharp.Generation.Files;

namespace TrlSharp.Cli.Commands;

/// <summary>A line every few seconds: rows, tokens, speed.</summary>
internal sealed class GenerationProgress(Terminal terminal, TimeProvider? clock = null) : IProgress<GenerationTotals>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly long _started = (clock ?? TimeProvider.System).GetTimestamp();
    private long _printed = (clock ?? TimeProvider.System).GetTimestamp();

    public void Report(GenerationTotals value)
    {
        if (_clock.GetElapsedTime(_printed) < Interval) return;
        _printed = _clock.GetTimestamp();
        Finish(value);
    }

    /// <summary>The line, whenever the last one was.</summary>
    public void Finish(GenerationTotals value)
    {
        var seconds = Math.Max(1e-9, _clock.GetElapsedTime(_started).TotalSeconds);
        var resumed = value.Resumed > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({value.Resumed:N0} of an earlier run)") : "";
        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{value.Lines,8:N0} answers{resumed}  {value.Tokens:N0} tokens  {value.Tokens / seconds:N0} tokens/s"));
    }
}
