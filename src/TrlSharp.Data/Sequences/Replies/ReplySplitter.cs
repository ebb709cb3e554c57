using System.Text;
using TrlSharp.Sequences.Proofs;

namespace TrlSharp.Sequences.Replies;

/// <summary>
/// Takes a sampled answer apart while it streams: reasoning, tool calls, and the answer itself. Text is given out as soon as no marker can begin in it.
/// </summary>
public sealed class ReplySplitter
{
    /// <summary>
    /// Where calls begin and end; without an end they reach to the end of the answer. Hermes, Qwen and most; Mistral; Llama 3; Granite and Phi-4; Cohere; DeepSeek;
    /// LFM2; functions of Seed-OSS.
    /// </summary>
    private static readonly (string Open, string? Close)[] Calls =
    [
        ("<tool_call>", "</tool_call>"), ("[TOOL_CALLS]", null), ("<|python_tag|>", null), ("<|tool_call|>", null), ("<|START_ACTION|>", "<|END_ACTION|>"),
        ("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"), ("<|tool_call_start|>", "<|tool_call_end|>"), ("<seed:tool_call>", "</seed:tool_call>"),
    ];

    /// <summary>gpt-oss writes messages inside of its answer; Cohere frames the answer.</summary>
    private static readonly string[] Frames = ["<|start|>assistant", "<|channel|>final<|message|>", "<|START_RESPONSE|>", "<|END_RESPONSE|>", "<|START_TEXT|>", "<|END_TEXT|>", "[CONTENT]", "[/CONTENT]"];

    private static readonly (ReplyChannel Channel, string Open, string? Close)[] Openings =
    [
        .. ThinkingMarkers.Known.Select(pair => (ReplyChannel.Thinking, pair.Open, (string?)pair.Close)),
        (ReplyChannel.Thinking, "<|channel|>analysis<|message|>", "<|end|>"),
        .. Calls.Select(pair => (ReplyChannel.ToolCall, pair.Open, pair.Close)),
        .. Frames.Select(frame => (ReplyChannel.Content, frame, (string?)null)),
    ];

    private readonly StringBuilder _held = new();
    private (ReplyChannel Channel, string? Close) _state = (ReplyChannel.Content, null);

    /// <param name="prompt">What the model was given: it may end with the marker that opens reasoning.</param>
    public ReplySplitter(string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var given = prompt.AsSpan().TrimEnd();
        foreach (var (channel, open, close) in Openings)
            if (channel == ReplyChannel.Thinking && given.EndsWith(open, StringComparison.Ordinal)) _state = (channel, close);
    }

    /// <summary>Takes the next text and gives out what is certain.</summary>
    public IReadOnlyList<ReplyPiece> Add(string text)
    {
        _held.Append(text);
        var pieces = new List<ReplyPiece>();
        var rest = _held.ToString();
        while (NextMarker(rest) is var (start, length, next))
        {
            Give(pieces, rest[..start]);
            _state = next;
            rest = rest[(start + length)..];
        }

        var certain = rest.Length - HeldBack(rest);
        Give(pieces, rest[..certain]);
        _held.Clear().Append(rest.AsSpan(certain));
        return pieces;
    }

    /// <summary>The text that was held back because a marker might have begun there.</summary>
    public IReadOnlyList<ReplyPiece> Finish()
    {
        var pieces = new List<ReplyPiece>();
        Give(pieces, _held.ToString());
        _held.Clear();
        return pieces;
    }

    private void Give(List<ReplyPiece> pieces, string text)
    {
        if (text.Length > 0) pieces.Add(new(_state.Channel, text));
    }

    /// <summary>The markers that count now: inside of a block its end, outside the beginning of any.</summary>
    private IEnumerable<(string Text, (ReplyChannel Channel, string? Close) Next)> Markers() => _state.Close is { } close
        ? [(close, (ReplyChannel.Content, null))]
        : _state.Channel == ReplyChannel.Content ? Openings.Select(o => (o.Open, (o.Channel, o.Close))) : [];

    private (int Start, int Length, (ReplyChannel Channel, string? Close) Next)? NextMarker(string text)
    {
        (int Start, int Length, (ReplyChannel Channel, string? Close) Next)? best = null;
        foreach (var (marker, next) in Markers())
        {
            var at = text.IndexOf(marker, StringComparison.Ordinal);
            if (at >= 0 && (best is null || at < best.Value.Start || (at == best.Value.Start && marker.Length > best.Value.Length))) best = (at, marker.Length, next);
        }

        return best;
    }

    /// <summary>Length of the longest end of the text that is the beginning of a marker.</summary>
    private int HeldBack(string text)
    {
        var longest = 0;
        foreach (var (marker, _) in Markers())
            for (var n = Math.Min(marker.Length - 1, text.Length); n > longest; n--)
                if (text.AsSpan(text.Length - n).SequenceEqual(marker.AsSpan(0, n))) longest = n;
        return longest;
    }
}
