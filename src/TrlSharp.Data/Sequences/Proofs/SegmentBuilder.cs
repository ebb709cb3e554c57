using System.Globalization;
using TrlSharp.Templates;

namespace TrlSharp.Sequences.Proofs;

/// <summary>
/// Channels inside a sampled span. Data has the channel of its field; template text takes that of the data that follows it, except after reasoning and
/// after the last data, where it stays what it was.
/// </summary>
internal sealed class SegmentBuilder(RenderIndex render, int message, int thinkingEnd, ThinkingMarkers markers, IReadOnlyList<string> stops)
{
    private readonly List<ChannelSegment> _segments = [];
    private readonly List<RenderedSpan> _pending = [];
    private (Channel Channel, int Call) _last = (Channel.None, -1);

    public List<ChannelSegment> Build(int start, int end)
    {
        var spans = render.Runs;
        for (var s = render.SpanAt(start); s < spans.Length && spans[s].Start < end; s++)
        {
            var span = Clip(spans[s], start, end);
            if (RenderIndex.IsBody(span, message) && ChannelOf(span) is { } channel) Own(span, channel);
            else _pending.Add(span);
        }

        Flush(_last.Channel is Channel.None or Channel.Thinking ? (Channel.Content, -1) : _last);
        return _segments;
    }

    private void Own(RenderedSpan span, (Channel Channel, int Call) channel)
    {
        Flush(channel);
        if (span.Origin.Path == "content" && span.Exact && span.SourceStart < thinkingEnd && span.SourceEnd > thinkingEnd)
        {
            var border = span.Start + thinkingEnd - span.SourceStart;
            _segments.Add(new(span.Start, border, Channel.Thinking, span, -1));
            span = span with { Start = border, SourceStart = thinkingEnd };
            channel = (Channel.Content, -1);
        }

        _segments.Add(new(span.Start, span.End, channel.Channel, span, channel.Call));
        _last = channel;
    }

    /// <summary>Gives a channel to template text between two pieces of own data; what surrounds foreign data was not sampled.</summary>
    private void Flush((Channel Channel, int Call) channel)
    {
        if (_pending.Count == 0) return;
        int start = _pending[0].Start, end = _pending[^1].End;
        var foreign = _pending.FindIndex(s => !RenderIndex.IsTemplateText(s) && !RenderIndex.IsBody(s, message));
        if (foreign >= 0)
        {
            var handOff = SpanDerivation.FirstStop(stops, render.Text, start, _pending[foreign].Start);
            AddRange(start, handOff?.Start ?? start, _last.Channel == Channel.None ? channel : _last);
            if (handOff is { } stop) AddRange(stop.Start, stop.End, (Channel.Stop, -1));
            AddRange(handOff?.End ?? start, end, (Channel.None, -1));
        }
        else if (_last.Channel == Channel.Thinking)
        {
            var closed = markers.ClosingEnd(render.Text.AsSpan(start, end - start));
            var border = closed < 0 ? end : start + closed;
            AddRange(start, border, _last);
            AddRange(border, end, channel);
        }
        else if (markers.EmptyBlock(render.Text[start..end], _last.Channel == Channel.None ? render.Text.AsSpan(0, start) : "") is { } block)
        {
            AddRange(start, start + block.Start, channel);
            AddRange(start + block.Start, start + block.End, (Channel.EmptyThinking, -1));
            AddRange(start + block.End, end, channel);
        }
        else
        {
            AddRange(start, end, channel);
        }

        _pending.Clear();
    }

    private void AddRange(int start, int end, (Channel Channel, int Call) channel)
    {
        foreach (var span in _pending)
        {
            if (span.End <= start || span.Start >= end) continue;
            var piece = Clip(span, start, end);
            _segments.Add(new(piece.Start, piece.End, channel.Channel, piece, channel.Call));
        }
    }

    private static RenderedSpan Clip(RenderedSpan span, int start, int end)
    {
        int from = Math.Max(span.Start, start), to = Math.Min(span.End, end);
        if (from == span.Start && to == span.End) return span;
        return span.Exact
            ? span with { Start = from, End = to, SourceStart = span.SourceStart + from - span.Start, SourceEnd = span.SourceStart + to - span.Start }
            : span with { Start = from, End = to };
    }

    /// <summary>Null for what frames other data: the braces and keys of a call.</summary>
    private (Channel Channel, int Call)? ChannelOf(in RenderedSpan span)
    {
        var path = span.Origin.Path;
        if (path.StartsWith("content", StringComparison.Ordinal))
        {
            var thinking = path.EndsWith(".thinking", StringComparison.Ordinal) || path.EndsWith(".reasoning", StringComparison.Ordinal)
                || (path == "content" && span.SourceEnd <= thinkingEnd && span.SourceStart < thinkingEnd);
            return (thinking ? Channel.Thinking : Channel.Content, -1);
        }

        if (Conversations.Message.ReasoningKeys.Any(k => path.StartsWith(k, StringComparison.Ordinal))) return (Channel.Thinking, -1);
        if (path.StartsWith("function_call", StringComparison.Ordinal)) return CallChannel(path, 0);
        if (!path.StartsWith("tool_calls", StringComparison.Ordinal)) return (Channel.Content, -1);
        var close = path.IndexOf(']', StringComparison.Ordinal);
        return close > 11 && int.TryParse(path.AsSpan(11, close - 11), NumberStyles.None, CultureInfo.InvariantCulture, out var call) ? CallChannel(path, call) : null;
    }

    private static (Channel Channel, int Call)? CallChannel(string path, int call)
    {
        if (path.Contains(".arguments", StringComparison.Ordinal)) return (Channel.ToolArguments, call);
        return path.EndsWith(".name", StringComparison.Ordinal) || path.EndsWith(".id", StringComparison.Ordinal) || path.EndsWith(".type", StringComparison.Ordinal)
            ? (Channel.ToolName, call)
            : null;
    }
}
