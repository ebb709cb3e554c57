using TrlSharp.Templates;

namespace TrlSharp.Sequences.Proofs;

/// <summary>A rendered conversation with, for every message, where its data stands.</summary>
internal sealed class RenderIndex
{
    private readonly int[] _firstData;
    private readonly int[] _firstDataFrom;
    private readonly int[] _bodyEnd;

    public RenderIndex(RenderedConversation rendered, int messages)
    {
        (Rendered, Messages) = (rendered, messages);
        _firstData = new int[messages];
        _bodyEnd = new int[messages];
        Array.Fill(_firstData, int.MaxValue);
        Array.Fill(_bodyEnd, -1);
        foreach (var span in rendered.Spans)
        {
            if (span.Origin.Kind != OriginKind.Data || span.Origin.Message is not (>= 0 and var m) || m >= messages) continue;
            if (span.Origin.Path == "role") continue;
            _firstData[m] = Math.Min(_firstData[m], span.Start);
            if (IsBody(span, m)) _bodyEnd[m] = span.End;
        }

        _firstDataFrom = new int[messages + 1];
        _firstDataFrom[messages] = int.MaxValue;
        for (var m = messages - 1; m >= 0; m--) _firstDataFrom[m] = Math.Min(_firstData[m], _firstDataFrom[m + 1]);
    }

    public RenderedConversation Rendered { get; }

    /// <summary>Number of messages that were rendered.</summary>
    public int Messages { get; }

    public string Text => Rendered.Text;

    public IReadOnlyList<RenderedSpan> Spans => Rendered.Spans;

    /// <summary>First character that holds data of a message; <see cref="int.MaxValue"/> when none does.</summary>
    public int FirstData(int message) => _firstData[message];

    /// <summary>First character that holds data of this or a later message.</summary>
    public int FirstDataFrom(int message) => message > Messages ? int.MaxValue : _firstDataFrom[message];

    /// <summary>One past the last character of a message's own body; −1 when it has none.</summary>
    public int BodyEnd(int message) => _bodyEnd[message];

    /// <summary>Data of the message that its own iteration wrote; what another message quotes (a tool result naming its call) is not its body.</summary>
    public static bool IsBody(in RenderedSpan span, int message) =>
        span.Origin.Kind == OriginKind.Data && span.Origin.Message == message && (span.Owner == message || span.Owner < 0) && span.Origin.Path != "role";

    /// <summary>Whether characters are part of the template or of the environment, so that they can be control tokens.</summary>
    public static bool IsTemplateText(in RenderedSpan span) => span.Origin.Kind is OriginKind.Literal or OriginKind.Builtin;

    /// <summary>Number of the span that holds a character; the number of spans for the end of the text.</summary>
    public int SpanAt(int position)
    {
        int low = 0, high = Spans.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Spans[middle].End <= position) low = middle + 1;
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
}
