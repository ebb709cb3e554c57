using System.Globalization;
using TrlSharp.Preparation;

namespace TrlSharp.Cli.Commands.Data;

/// <summary>Says how far a preparation is and how long it will still take: one line that is written over on a terminal, a line now and then elsewhere.</summary>
internal sealed class PreparationMeter(Terminal terminal, TimeProvider? clock = null) : IProgress<PreparationProgress>
{
    private static readonly TimeSpan OnTerminal = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan Elsewhere = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private long? _started;
    private long _shown;
    private double _share;

    public void Report(PreparationProgress value)
    {
        var now = _clock.GetTimestamp();
        var share = value.BytesTotal > 0 ? Math.Clamp((double)value.BytesRead / value.BytesTotal.Value, 0, 1) : 0;
        if (_started is not { } started || share < _share) (_started, _shown, started) = (now, now, now);
        _share = share;
        if (_clock.GetElapsedTime(_shown, now) < (terminal.IsInteractive ? OnTerminal : Elsewhere)) return;
        _shown = now;
        var line = Line(value, share, _clock.GetElapsedTime(started, now));
        if (terminal.IsInteractive) terminal.Out.Write($"\r{line}   \r");
        else terminal.Line(line);
    }

    private static string Line(PreparationProgress value, double share, TimeSpan elapsed)
    {
        var speed = value.Rows / Math.Max(1e-9, elapsed.TotalSeconds);
        var left = share > 0 ? Text($", {share:P0}, left {elapsed * ((1 - share) / share):hh\\:mm\\:ss}") : "";
        return Text($"prepared {value.Rows:N0} rows, {value.Tokens:N0} tokens, {speed:N0} rows/s") + left;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
