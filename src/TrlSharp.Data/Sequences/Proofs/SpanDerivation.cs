namespace TrlSharp.Sequences.Proofs;

/// <summary>
/// Where a message's sampled span ends and what its characters are. Only characters of the template or of the environment can be a stop, so content
/// that spells a control token ends nothing.
/// </summary>
/// <param name="stops">Stop texts of the engine.</param>
/// <param name="markers">Around reasoning.</param>
internal sealed class SpanDerivation(IReadOnlyList<string> stops, ThinkingMarkers markers)
{
    /// <param name="render">The text.</param>
    /// <param name="message">The message, counted in the render.</param>
    /// <param name="start">Where its prompt ends.</param>
    /// <param name="content">Its content if that is a string, else empty.</param>
    public SampledSpan Derive(RenderIndex render, int message, int start, string content)
    {
        var body = Math.Max(render.BodyEnd(message), start);
        var (stopStart, end, kind) = FindStop(render, message, body);
        var thinking = markers.LeadingThinking(content, render.Text.AsSpan(0, start));
        var segments = new SegmentBuilder(render, message, thinking, markers, stops).Build(start, stopStart);
        if (end > stopStart) segments.Add(new(stopStart, end, Channel.Stop, render.Spans[render.SpanAt(stopStart)], -1));
        return new SampledSpan(message, start, stopStart, end, kind, segments);
    }

    /// <summary>The first stop at or after the last own character and before any other data; without one the span ends with the turn's visible text.</summary>
    private (int Start, int End, StopKind Kind) FindStop(RenderIndex render, int message, int body)
    {
        var spans = render.Runs;
        var (windowEnd, ownEnd) = (body, body);
        for (var s = render.SpanAt(body); s < spans.Length && RenderIndex.IsTemplateText(spans[s]); s++)
        {
            windowEnd = spans[s].End;
            if (spans[s].Owner == message && ownEnd >= spans[s].Start) ownEnd = windowEnd;
        }

        if (FirstStop(render.Text, body, windowEnd) is { } found)
        {
            var owner = render.Spans[render.SpanAt(found.Start)].Owner;
            return (found.Start, found.End, owner > message ? StopKind.Borrowed : StopKind.Own);
        }

        var visible = body + render.Text.AsSpan(body, ownEnd - body).TrimEnd().Length;
        return (visible, visible, StopKind.None);
    }

    /// <summary>The earliest stop text inside a range, the longest where two begin together.</summary>
    private (int Start, int End)? FirstStop(string text, int from, int to) => FirstStop(stops, text, from, to);

    internal static (int Start, int End)? FirstStop(IReadOnlyList<string> stops, string text, int from, int to)
    {
        var window = text.AsSpan(from, to - from);
        int best = -1, length = 0;
        foreach (var stop in stops)
        {
            var at = window.IndexOf(stop, StringComparison.Ordinal);
            if (at < 0 || (best >= 0 && (at > best || (at == best && stop.Length <= length)))) continue;
            (best, length) = (at, stop.Length);
        }

        return best < 0 ? null : (from + best, from + best + length);
    }
}
