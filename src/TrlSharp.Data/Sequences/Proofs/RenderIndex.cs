using System.Runtime.InteropServices;
using TrlSharp.Templates;

namespace TrlSharp.Sequences.Proofs;

/// <summary>A rendered conversation with, for every message, where its data stands.</summary>
internal sealed class RenderIndex
{
    private readonly Place[] _places; // one more than messages

    public RenderIndex(RenderedConversation rendered, int messages)
    {
        (Rendered, Messages) = (rendered, messages);
        var places = _places = new Place[messages + 1];
        Array.Fill(places, new Place());
        var spans = Runs;
        for (var s = 0; s < spans.Length; s++)
        {
            ref readonly var span = ref spans[s];
            if (span.Owner >= 0 && span.Owner < messages) places[span.Owner].Hold(s);
            if (span.Origin.Kind != OriginKind.Data || span.Origin.Message is not (>= 0 and var m) || m >= messages) continue;
            places[m].Hold(s);
            if (span.Origin.Path == "role") continue;
            places[m].FirstData = Math.Min(places[m].FirstData, span.Start);
            if (IsBody(span, m)) places[m].BodyEnd = span.End;
        }

        for (var m = messages - 1; m >= 0; m--) places[m].FirstDataFrom = Math.Min(places[m].FirstData, places[m + 1].FirstDataFrom);
        for (var m = 0; m < messages; m++) places[m + 1].BodyEndBefore = Math.Max(places[m].BodyEndBefore, places[m].BodyEnd);
    }

    public RenderedConversation Rendered { get; }

    /// <summary>Number of messages that were rendered.</summary>
    public int Messages { get; }

    public string Text => Rendered.Text;

    public IReadOnlyList<RenderedSpan> Spans => Rendered.Spans;

    /// <summary>The same, for loops over many of them.</summary>
    public ReadOnlySpan<RenderedSpan> Runs => Rendered.Spans is RenderedSpan[] array ? array : Rendered.Spans is List<RenderedSpan> list ? CollectionsMarshal.AsSpan(list) : Rendered.Spans.ToArray();

    /// <summary>First character that holds data of a message; <see cref="int.MaxValue"/> when none does.</summary>
    public int FirstData(int message) => _places[message].FirstData;

    /// <summary>First character that holds data of this or a later message.</summary>
    public int FirstDataFrom(int message) => message > Messages ? int.MaxValue : _places[message].FirstDataFrom;

    /// <summary>One past the last character of a message's own body; −1 when it has none.</summary>
    public int BodyEnd(int message) => _places[message].BodyEnd;

    /// <summary>One past the last character of the bodies of all messages before one; −1 when there are none.</summary>
    public int BodyEndBefore(int message) => _places[message].BodyEndBefore;

    /// <summary>The spans between the first and the last one that the message's own iteration wrote or that hold its data; others may lie among them.</summary>
    public ReadOnlySpan<RenderedSpan> RunsOf(int message) =>
        _places[message] is { FirstSpan: var first, LastSpan: var last } && first <= last ? Runs[first..(last + 1)] : [];

    /// <summary>First character that the message's own iteration wrote, or that holds its data; the length of the text when there is none.</summary>
    public int RegionStart(int message) => RunsOf(message) is [var first, ..] ? first.Start : Text.Length;

    /// <summary>Data of the message that its own iteration wrote; what another message quotes (a tool result naming its call) is not its body.</summary>
    public static bool IsBody(in RenderedSpan span, int message) =>
        span.Origin.Kind == OriginKind.Data && span.Origin.Message == message && (span.Owner == message || span.Owner < 0) && span.Origin.Path != "role";

    /// <summary>Whether characters are part of the template or of the environment, so that they can be control tokens.</summary>
    public static bool IsTemplateText(in RenderedSpan span) => span.Origin.Kind is OriginKind.Literal or OriginKind.Builtin;

    /// <summary>Number of the span that holds a character; the number of spans for the end of the text.</summary>
    public int SpanAt(int position)
    {
        var spans = Runs;
        int low = 0, high = spans.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (spans[middle].End <= position) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>Whether characters are the template's own, role names included, and never what somebody said.</summary>
    public bool IsFraming(int start, int end)
    {
        for (var s = SpanAt(start); s < Spans.Count && Spans[s].Start < end; s++)
            if (!IsTemplateText(Spans[s]) && Spans[s].Origin.Path != "role") return false;
        return true;
    }

    /// <summary>The first place inside a range where the template itself writes a text; −1 when there is none. Content that spells it does not count.</summary>
    public int FindFraming(string text, int from, int to)
    {
        for (var at = from; at < to; at++)
        {
            var found = Text.AsSpan(at, to - at).IndexOf(text, StringComparison.Ordinal);
            if (found < 0) return -1;
            at += found;
            if (IsFraming(at, at + text.Length)) return at;
        }

        return -1;
    }

    /// <summary>Where a message stands in the text.</summary>
    private struct Place()
    {
        public int FirstData = int.MaxValue, FirstDataFrom = int.MaxValue, BodyEnd = -1, BodyEndBefore = -1, FirstSpan = int.MaxValue, LastSpan = -1;

        public void Hold(int span) => (FirstSpan, LastSpan) = (Math.Min(FirstSpan, span), span);
    }
}
